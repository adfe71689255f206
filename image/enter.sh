# What the initrd does once its modules are loaded: choose the slot, know the box, enter the system.
# Before it stands the loader's part (loaders/), which says by `slot`, `trial` and `loader` what was
# started, and by `choice`, `known`, `block` and `strike` how the loader is told another slot.
say() { echo "pos: $*" >/dev/console; }

# From here on what hangs is started anew. The first that this board has is taken; Debian loads none
# by itself.
while read -r module; do
    [ -e /dev/watchdog0 ] || insmod "/modules/$module" 2>/dev/null
done </modules/spare
if [ -e /dev/watchdog0 ]; then
    watchdog -F -t 5 -T 60 /dev/watchdog0 &
    feeder=$!
fi

# Waits for the disk that bears the image's identity: cards come up in their own time.
own() {
    tries=0
    while [ $tries -lt 150 ]; do
        for each in /sys/block/*/device; do
            each=${each%/device}
            [ "$(od -An -tx4 -j440 -N4 "/dev/${each##*/}" | tr -d ' ')" != 504f5354 ] || {
                echo "$each"
                return
            }
        done
        tries=$((tries + 1))
        sleep 0.1
    done
}
disk=$(own)

# Prints the node of one of its partitions, by number.
partition() {
    for each in "$disk"/*/partition; do
        [ "$(cat "$each")" != "$1" ] || basename "$(dirname "$each")"
    done
}

# The first partition, to be written to; and the loader's file there: from now on a known slot, and
# none to try, over what stands there.
settings() {
    mkdir -p /config
    mount -t vfat "/dev/$(partition 1)" /config
}
tell() {
    block "$1" >/block
    dd if=/block of=/config/$choice bs=1024 conv=notrunc,fsync 2>/dev/null
}
strike

# A number of four bytes on the disk, and a new one for it: a sector is written whole or not at all.
# By dd, which goes there: to where od begins on a disk it reads all that is before it.
number() { dd if="/dev/${disk##*/}" bs=1 skip="$1" count=4 2>/dev/null | od -An -tu4 | tr -d ' '; }
renumber() {
    bytes=$(printf '\\x%02x' $(($2 & 255)) $(($2 >> 8 & 255)) $(($2 >> 16 & 255)) $(($2 >> 24)))
    printf "$bytes" | dd of="/dev/${disk##*/}" bs=1 seek="$1" conv=notrunc,fsync 2>/dev/null
}

# Give what a card has beyond the image to the last partition, here where nothing holds the disk.
# From the outside inwards (the extended partition, the chain's last link, the partition's own
# entry), so that a power cut leaves what is inside within what it lies in.
grow() {
    size=$(cat "$disk/size")
    outer=$(number $((446 + 48 + 8)))
    # What the card erases at a time is not worth a new table; sizes beyond 32 bits have no number here.
    [ $((size - outer - $(number $((446 + 48 + 12))))) -gt 8192 ] || return 0
    [ "$size" -lt 4294967296 ] || size=4294967295
    last=$outer
    while link=$(number $((last * 512 + 446 + 16 + 8))); [ "$link" != 0 ]; do
        before=$last
        last=$((outer + link))
    done
    begin=$((last + $(number $((last * 512 + 446 + 8)))))
    renumber $((446 + 48 + 12)) $((size - outer))
    renumber $((before * 512 + 446 + 16 + 12)) $((size - last))
    renumber $((last * 512 + 446 + 12)) $((size - begin))
    blockdev --rereadpt "/dev/${disk##*/}"
}
[ -z "$disk" ] || grow || say "the data partition stays as it is"

case $slot in b) system=$(partition 6) ;; *) system=$(partition 5) ;; esac
data=$(partition 7)

# Who the box is outlives every version: the system's log is kept under this name.
mkdir -p /data
if mount -t ext4 "/dev/$data" /data; then
    if [ ! -s /data/machine-id ]; then
        tr -d - </proc/sys/kernel/random/uuid >/data/machine-id.new
        sync
        mv /data/machine-id.new /data/machine-id
    fi
    machine=$(cat /data/machine-id)
    umount /data
fi

# A slot on trial is left by starting anew. The known one is all that the loader would take then, so
# it is told to take the other.
leave() {
    say "no system in slot $slot"
    if settings; then
        if [ "$(known)" = "$slot" ]; then
            case $slot in a) tell b ;; *) tell a ;; esac
        fi
        umount /config
    fi
    sleep 5
    reboot -f
}
mount -t erofs -o ro "/dev/$system" /system || leave
say "slot $slot"

# What was started, for the system to read.
mkdir -p /run
mount -t tmpfs -o mode=0755,size=20%,nosuid,nodev tmpfs /run
mkdir /run/pos-boot
printf 'SLOT=%s\nLOADER=%s\n' "$slot" "$loader" >/run/pos-boot/started
[ -z "$trial" ] || : >/run/pos-boot/trial

# Fed no more, and not stopped: systemd has a minute to take over.
[ -z "$feeder" ] || kill -KILL "$feeder"
for each in dev proc sys run; do mount --move /$each /system/$each; done
exec switch_root /system /sbin/init ${machine:+--machine-id=$machine}
