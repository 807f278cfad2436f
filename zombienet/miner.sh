#!/usr/bin/env bash
# A miner's node on a machine that it shares with validators and collators: mining takes only what they leave.
exec nice -n 15 millrace-node "$@"
