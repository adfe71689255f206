# Started by GRUB, which says on the kernel's command line which slot it is, and has struck a trial
# out before.
loader=grub choice=slot.env slot=a trial=
for word in $(cat /proc/cmdline); do
    case $word in
        rauc.slot=*) slot=${word#rauc.slot=} ;;
        pos.trial) trial=yes ;;
    esac
done
strike() { :; }
known() { sed -n 's/^slot=//p' /config/$choice; }
# The file's bytes for a known slot and no trial (pos_terminal/update/loaders.py).
block() {
    { printf '# GRUB Environment Block\nslot=%s\ntrial=\n' "$1"; head -c 1024 /dev/zero | tr '\0' '#'; } | head -c 1024
}
