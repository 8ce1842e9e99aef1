// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.listener;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** The certificate of a listener, which can be replaced while the listener runs. Handshakes under way finish with the one they began with. */
final class ReplaceableKeys extends X509ExtendedKeyManager {
    private volatile X509ExtendedKeyManager current;
    private volatile X509ExtendedKeyManager before;

    ReplaceableKeys(X509ExtendedKeyManager current) {
        this.current = current;
        this.before = current;
    }

    /** Its aliases must differ from those of the one before. */
    synchronized void replace(X509ExtendedKeyManager next) {
        before = current;
        current = next;
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return current.chooseEngineServerAlias(keyType, issuers, engine);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return current.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return current.getServerAliases(keyType, issuers);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return current.getClientAliases(keyType, issuers);
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
        return current.chooseClientAlias(keyTypes, issuers, socket);
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        X509Certificate[] chain = current.getCertificateChain(alias);
        return chain == null ? before.getCertificateChain(alias) : chain;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        PrivateKey key = current.getPrivateKey(alias);
        return key == null ? before.getPrivateKey(alias) : key;
    }
}
