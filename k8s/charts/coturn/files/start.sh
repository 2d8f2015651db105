#!/bin/sh
# Writes coturn's configuration from what is mounted, and becomes coturn. Read by a shell of the image: dash or busybox.
set -eu
umask 077
certificate=/mnt/certificate/tls.crt
{
    cat /etc/parley/turnserver.base.conf
    echo "realm=$TURN_HOST"
    echo "external-ip=$(cat /run/turn/public-address)/$HOST_ADDRESS"
    echo "listening-ip=$HOST_ADDRESS"
    echo "relay-ip=$HOST_ADDRESS"
    echo "min-port=$RELAY_START"
    echo "max-port=$RELAY_END"
    echo "cert=$certificate"
    echo "pkey=/mnt/certificate/tls.key"
    # While the secret is being changed there are two, and both are good.
    for secret in /mnt/secrets/turn-secret*; do
        echo "static-auth-secret=$(cat "$secret")"
    done
} >/run/turn/turnserver.conf

# A certificate that was renewed is taken without ending anything. Process 1 is coturn from `exec` on.
(
    seen=$(cksum <"$certificate")
    while sleep 60; do
        found=$(cksum <"$certificate")
        [ "$found" = "$seen" ] || kill -USR2 1
        seen=$found
    done
) &
exec turnserver -c /run/turn/turnserver.conf
