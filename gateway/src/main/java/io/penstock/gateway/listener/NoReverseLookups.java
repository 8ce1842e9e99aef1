// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Refuses to look names up by address. Helidon asks for every TLS peer's name, natively, which blocks a carrier thread for as long
 * as the DNS server pleases; the address itself serves.
 */
public final class NoReverseLookups extends InetAddressResolverProvider {

    @Override
    public InetAddressResolver get(Configuration configuration) {
        InetAddressResolver builtin = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                return builtin.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                throw new UnknownHostException("reverse look-ups are off");
            }
        };
    }

    @Override
    public String name() {
        return "penstock";
    }
}
