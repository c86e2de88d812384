package io.baton.proxy;

import io.baton.posix.SocketAddress;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Every member of a roster once, for one TCP connection, so of one thread. */
final class Candidates implements Iterator<SocketAddress> {
    private final Roster roster;
    private final int first;
    private final boolean[] given;

    /** Of the turns, then of the spare ones. */
    private int next;

    Candidates(Roster roster, int first, int members) {
        this.roster = roster;
        this.first = first;
        this.given = new boolean[members];
    }

    @Override
    public boolean hasNext() {
        return peek() != null;
    }

    @Override
    public SocketAddress next() {
        Member member = peek();
        if (member == null) {
            throw new NoSuchElementException("all endpoints are tried");
        }
        given[member.index] = true;
        return member.address();
    }

    private @Nullable Member peek() {
        Member[] turns = roster.turn();
        Member[] spare = roster.spare();
        for (; next < turns.length + spare.length; next++) {
            Member member = next < turns.length ? turns[(first + next) % turns.length] : spare[next - turns.length];
            if (!given[member.index]) {
                return member;
            }
        }
        return null;
    }
}
