# SPDX-License-Identifier: Apache-2.0
def text: lab("1") as $lab | trial("tune-gateway"; "net.ipv4.ip_local_port_range") as $set
  | comment(["scripts/lab timewait, stage 1: \($lab.ports | whole) ports at \($lab.rate | whole) connections/s are taken after \($lab.predicted_seconds_to_ceiling | fixed(1)) s,",
      "then \($lab.no_local_port | whole) calls fail with EADDRNOTAVAIL; scripts/tune try: \($set.a | fixed(1)) of 100 calls get a port from the",
      "default range, \($set.b | fixed(1)) from this"]);
