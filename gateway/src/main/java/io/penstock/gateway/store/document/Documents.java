// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.store.document;

import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.store.Watch;
import java.util.List;
import java.util.Optional;

/**
 * Where the documents are kept. Every state is the one before and one change; who writes says from which state. Safe for use by any thread;
 * every call may block, for as long as the store's timeouts say.
 */
public interface Documents {

    /**
     * At which revision it is.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Revision head();

    /**
     * Everything.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    DocumentState read();

    /**
     * The changes that lead from one revision to another, oldest first; empty when not all of them are known any more, or when the first
     * revision was none of this line.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Optional<List<DocumentChange>> between(Revision from, Revision to);

    /**
     * The change that led to the revision of this number; empty when it is not known, or not any more.
     *
     * @throws GatewayException STORE_UNAVAILABLE
     */
    Optional<DocumentChange> change(long number);

    /**
     * Makes the change, if the store is at this revision still. When the call fails it may have been made all the same.
     *
     * @return whether it was made
     * @throws GatewayException STORE_UNAVAILABLE
     */
    boolean write(Revision from, DocumentChange change);

    /**
     * Puts this state in the place of everything, if the store is at this revision still. The changes before it are forgotten.
     *
     * @param note who did so; its revision is that of the state
     * @return whether it was done
     * @throws GatewayException STORE_UNAVAILABLE
     */
    boolean replace(Revision from, DocumentState state, DocumentChange note);

    /**
     * The last changes, newest first.
     *
     * @param most 1 or more
     * @throws GatewayException STORE_UNAVAILABLE
     */
    List<DocumentChange> history(int most);

    /** Calls this whenever something may have changed, from a thread that must not be held; closing what it returns ends that. */
    Watch watch(Runnable changed);
}
