package io.baton.proxy;

import java.util.ArrayList;
import java.util.List;

/**
 * Who can be picked at a moment, in the order of their turns. Immutable: a change of health makes a new one, so that
 * picking takes no lock.
 */
final class Roster {
    private final Member[] turn;
    private final Member[] spare;

    private Roster(Member[] turn, Member[] spare) {
        this.turn = turn;
        this.spare = spare;
    }

    /** Each as often as its weight says, well mixed; empty when none is healthy. Not to be written to. */
    Member[] turn() {
        return turn;
    }

    /** Healthy, but set aside: tried when all of {@link #turn} were. Not to be written to. */
    Member[] spare() {
        return spare;
    }

    /** Of those that refuse connections some may have to do, when there are no others. */
    static Roster of(List<Member> members) {
        List<Member> first = new ArrayList<>();
        List<Member> spare = new ArrayList<>();
        for (Member member : members) {
            if (member.healthy) {
                (member.setAside ? spare : first).add(member);
            }
        }
        return first.isEmpty()
                ? new Roster(mixed(spare), new Member[0])
                : new Roster(mixed(first), spare.toArray(Member[]::new));
    }

    /** Smooth weighted round robin, as nginx has it: weights 3, 1 give a a b a and not a a a b. */
    private static Member[] mixed(List<Member> members) {
        int divisor = members.stream().mapToInt(member -> member.weight).reduce(0, Roster::gcd);
        int total = members.stream().mapToInt(member -> member.weight).sum();
        if (total == 0) {
            return new Member[0];
        }
        Member[] turns = new Member[total / divisor];
        int[] credit = new int[members.size()];
        for (int turn = 0; turn < turns.length; turn++) {
            int richest = 0;
            for (int i = 0; i < credit.length; i++) {
                credit[i] += members.get(i).weight;
                if (credit[i] > credit[richest]) {
                    richest = i;
                }
            }
            credit[richest] -= total;
            turns[turn] = members.get(richest);
        }
        return turns;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
