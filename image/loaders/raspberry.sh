# Started by a Raspberry Pi's firmware, which says in the device tree from which partition, and writes
# nothing: a trial is struck out here.
loader=raspberry choice=autoboot.txt slot=a trial=
from=/proc/device-tree/chosen/bootloader/partition
[ ! -e $from ] || case $(od -An -tu1 -j3 -N1 $from | tr -d ' ') in 3) slot=b ;; esac
named() { sed -n "s/^$1=//p" /config/$choice | tr 23 ab; }
known() { named '#known'; }
# The file's bytes for a known slot and no trial (pos_terminal/update/loaders.py).
block() {
    case $1 in b) kernel=3 ;; *) kernel=2 ;; esac
    printf '[all]\nboot_partition=%s\n#known=%s\n' $kernel $kernel
}
strike() {
    settings || return
    case $(known) in
        "$(named boot_partition)") ;;
        a | b)
            # Where the firmware found nothing to start in the other slot, this is no trial.
            [ "$slot" = "$(known)" ] || trial=yes
            tell "$(known)"
            ;;
    esac
    umount /config
}
