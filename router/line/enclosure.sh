#!/bin/sh
# Builds the root Asterisk runs in, out of mounts that only this namespace sees, and runs it there.
# Arguments: built root, Asterisk's own folder, log folder, prompts, recordings, where the last two go inside.
set -e
root=$1 own=$2 logs=$3 prompts=$4 recordings=$5 prompts_inside=$6 recordings_inside=$7

# The terminal's signals are not for us: our parent stops Asterisk in good order.
trap : TERM INT HUP

# Scratch space that is gone with us. Relative names, because a path with a comma or colon cannot be an option.
mount -t tmpfs -o mode=0755,size=256m hotline "$own/cell"
cd "$own/cell"
mkdir lower upper work root
mount --bind "$root" lower
if mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work hotline root 2>/dev/null; then
    mkdir -p "root$prompts_inside" "root$recordings_inside" root/run/asterisk root/var/cache/asterisk
else
    # No overlay here (a container, an old kernel): the places to mount on are in the root since it was built.
    mount --bind "$root" root
    mount -o remount,bind,ro root
fi

mount --bind "$own/etc" root/etc/asterisk
mount --bind "$own/lib" root/var/lib/asterisk
mount --bind "$own/spool" root/var/spool/asterisk
mount --bind "$recordings" "root$recordings_inside"
mount --bind "$prompts" "root$prompts_inside"
mount -o remount,bind,ro "root$prompts_inside"
mount --bind "$logs" root/var/log/asterisk
mount --bind "$own/run" root/run/asterisk
mount -t tmpfs -o mode=1777,size=256m hotline root/tmp
mount --bind /proc root/proc
mount --rbind /dev root/dev
for file in /etc/resolv.conf /etc/hosts; do
    if [ -e "$file" ] && [ -e "root$file" ]; then mount --bind "$file" "root$file"; fi
done
mount -o remount,ro root 2>/dev/null || true

# Not by exec: this shell stays as the first process of the namespace (see enclosure() in asterisk.py).
chroot root /usr/sbin/asterisk -f -U asterisk -G asterisk
exit $?
