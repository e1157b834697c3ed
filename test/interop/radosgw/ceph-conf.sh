# Prints the configuration; read by up.sh, which has set state, cluster and the ports.
cat <<CONF
[global]
fsid = $cluster
mon host = [v2:127.0.0.1:$mon_v2_port,v1:127.0.0.1:$mon_v1_port]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
# The gateway's own choice, "secure", can not work without authentication.
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
paxos propose interval = 0.05
paxos min wait = 0.01
run dir = $state/run
pid file =
admin socket = $state/run/\$name.asok
log file = $state/log/\$name.log
log to stderr = false
err to stderr = true
crash dir = $state/log
keyring = $state/keyring
[mon]
mon data = $state/mon
mon cluster log file = $state/log/cluster.log
mon data avail crit = 1
mon data avail warn = 2
[osd]
osd data = $state/osd
osd objectstore = memstore
memstore device bytes = 8589934592
osd class load list = *
osd class default list = *
[client.rgw.a]
rgw data = $state/rgw
rgw frontends = beast endpoint=127.0.0.1:$s3_port tcp_nodelay=1
rgw rados pool pg num min = 4
rgw enable usage log = false
rgw s3 auth use sts = true
# Of 16 characters: the gateway encrypts session tokens with it.
rgw sts key = $(tr -d - <<<"$cluster" | cut -c 1-16)
# Seconds. AWS and the gateway's default have 900; tests of renewal have no hour.
rgw sts min session duration = 1
[client.admin]
log file = /dev/null
admin socket =
rgw rados pool pg num min = 4
CONF
