#!/bin/bash
# A cron whose clock begins at TIME, on the crontab and the /srv of HOME; what it mails is in HOME/mail. To be run in mount and process
# spaces of its own: nothing of this machine's own is touched. In: HOME, TIME.
set -euo pipefail
home=$1 time=$2

# Of the same process ids, faketime would find the names that one before it left.
for shared in /run /dev/shm; do mount -t tmpfs tmpfs "$shared"; done

mount --bind "$home/srv" /srv
chmod 600 "$home/crontabs/root"
mount --bind "$home/crontabs" /var/spool/cron/crontabs
# cron hands its mail to /usr/sbin/sendmail, which need not be there.
mount -t tmpfs tmpfs "$home/layer"
mkdir "$home/layer/upper" "$home/layer/work"
mount -t overlay overlay -o "lowerdir=/usr/sbin,upperdir=$home/layer/upper,workdir=$home/layer/work" /usr/sbin
printf '#!/bin/sh\ncat > "%s/mail/$$"\n' "$home" > /usr/sbin/sendmail
chmod 755 /usr/sbin/sendmail
exec faketime -f "@2026-01-02 $time" cron -f
