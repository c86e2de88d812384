/*
 * The handover channel of Baton, as docs/protocol.md has it, for one connection: it goes from parent to child and, in a
 * rollback, back. Either process may be killed at any step, give up on the other at any step, and the child may want to
 * undo at any step before it has said Commit.
 *
 *     spin -a handover.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan -m100000
 *
 * What it rests on is the kernel's, and tested on the real thing in baton-core (OfferingTest):
 *  - what was sent can be read after its sender has been killed or has closed its end;
 *  - sending and the other side's shutdown for reading (FENCE) exclude one another: after it nothing arrives.
 *
 * Checked: never two processes touch the connection (Monitor); what one had offered and then gone on with, the other
 * never does, though the first be dead (Monitor); in the end whoever owns it and lives does touch it (Judge); until the
 * commit the parent accepts (Monitor); nobody waits for ever (invalid end states).
 * -DMUTATION=n breaks one rule, and each must be found:
 *  1  the child touches the connection before it has sent Accepted
 *  2  the parent resumes what has no answer without the fence
 *  3  who cannot send Accepted keeps the connection without asking whether the other lives
 *  4  the parent does not resume when the channel ends
 *  5  the parent stops accepting when it has nothing more to offer, before the commit
 *  6  who takes back what it had offered does not say so
 *  7  who cannot send Accepted to one that is dead does not ask whether that had taken back what it had offered
 */
#ifndef MUTATION
#define MUTATION 0
#endif

mtype = { HELLO, WELCOME, REFUSE, READY, OFFER, ACCEPTED, REFUSED, EXHAUSTED, COMMIT, COMMITTED, ROLLBACK, BYE, ABANDON };

#define P 1
#define C 2

chan toParent = [8] of { mtype };
chan toChild = [8] of { mtype };
bool parentFenced, childFenced;     /* takes nothing any more: sending to it fails, and that is seen */
bool parentKilled, childKilled;
bool parentDone, childDone;
bool parentTouches = true;          /* reads, writes, waits for events */
bool childTouches;
bool parentAccepts = true;
bool committed;
byte owner = P;                     /* by the rule: who has sent Accepted */
bool parentTookBack, childTookBack; /* has gone on with what it had offered */

#define SEND_PARENT(m) skip; atomic { if :: parentFenced -> sent = false :: else -> toParent!m; sent = true fi }
#define SEND_CHILD(m)  skip; atomic { if :: childFenced -> sent = false :: else -> toChild!m; sent = true fi }
#if MUTATION == 7
#define TAKEN_BACK_BY_CHILD  false
#define TAKEN_BACK_BY_PARENT false
#else
#define TAKEN_BACK_BY_CHILD  (toParent??[ABANDON])     /* said before the fence, so it is there */
#define TAKEN_BACK_BY_PARENT (toChild??[ABANDON])
#endif
#define PARENT_KILLED  atomic { parentKilled = true; parentFenced = true; parentTouches = false; goto dead }
#define CHILD_KILLED   atomic { childKilled = true; childFenced = true; childTouches = false; goto dead }

proctype Parent()
{
    mtype m;
    bool sent, offered, returning;

    do
    :: PARENT_KILLED
    :: break                                        /* gives up: no answer in time, or a message that makes no sense */
    :: empty(toParent) && childFenced -> break      /* the end of what was said */
    :: atomic { nempty(toParent) -> toParent?m };
        if
        :: m == HELLO ->
            if
            :: SEND_CHILD(WELCOME)
            :: SEND_CHILD(REFUSE); break
            fi
        :: m == READY && !returning ->
            atomic { parentTouches = false; offered = true };       /* quiesced */
            SEND_CHILD(OFFER);
            if :: !sent -> break :: else fi
        :: m == ACCEPTED || m == REFUSED ->
            if
            :: m == ACCEPTED -> offered = false                     /* released */
            :: m == REFUSED && offered -> atomic { offered = false; parentTouches = true }
            :: else
            fi;
#if MUTATION == 5
            parentAccepts = false;
#endif
            if :: !returning -> SEND_CHILD(EXHAUSTED) :: else fi
        :: m == COMMIT ->
            atomic { committed = true; parentAccepts = false };
            SEND_CHILD(COMMITTED)
        :: m == ROLLBACK ->
            returning = true;
            if :: offered -> atomic { offered = false; parentTouches = true } :: else fi    /* its Accepted would have come before */
        :: m == OFFER && returning ->
            if
            :: true -> atomic { if :: childFenced -> sent = false :: else -> toChild!ACCEPTED; sent = true; owner = P fi };
                if
                :: sent -> parentTouches = true
#if MUTATION == 3
                :: !sent -> parentTouches = true
#else
                :: atomic { !sent && childKilled && !TAKEN_BACK_BY_CHILD -> owner = P; parentTouches = true }
                :: !sent && childKilled && TAKEN_BACK_BY_CHILD -> break
                :: !sent && !childKilled -> break                   /* discarded */
#endif
                fi
            :: SEND_CHILD(REFUSED)
            fi
        :: m == BYE -> break
        :: else -> break
        fi
    od;
#if MUTATION != 6
    if :: offered -> SEND_CHILD(ABANDON) :: else fi;
#endif
#if MUTATION != 2
    parentFenced = true;                            /* FENCE, and what has arrived counts */
    do
    :: atomic { nempty(toParent) -> toParent?m };
        if :: m == ACCEPTED -> offered = false :: else fi
    :: empty(toParent) -> break
    od;
#endif
#if MUTATION != 4
    if :: offered -> atomic { offered = false; parentTouches = true; parentTookBack = true } :: else fi;
#endif
    parentFenced = true;
    if
    :: PARENT_KILLED
    :: skip
    fi;
dead:
    parentDone = true
}

proctype Child()
{
    mtype m;
    bool sent, rolling, returned, saidCommit;

    SEND_PARENT(HELLO);
    do
    :: CHILD_KILLED
    :: break                                        /* gives up: the parent is silent */
    :: empty(toChild) && parentFenced -> break
    :: !rolling && !saidCommit ->                   /* somebody wants it undone */
        rolling = true;
        SEND_PARENT(ROLLBACK);
        if :: !sent -> break :: else fi;
        if
        :: childTouches ->
            atomic { childTouches = false; returned = true };
            SEND_PARENT(OFFER)
        :: else -> SEND_PARENT(BYE)
        fi;
        if :: !sent || !returned -> break :: else fi
    :: atomic { nempty(toChild) -> toChild?m };
        if
        :: m == WELCOME -> SEND_PARENT(READY)
        :: m == REFUSE -> break
        :: m == OFFER && rolling -> skip            /* unanswered, so not taken */
        :: m == OFFER && !rolling ->
#if MUTATION == 1
            childTouches = true;
#endif
            if
            :: true -> atomic { if :: parentFenced -> sent = false :: else -> toParent!ACCEPTED; sent = true; owner = C fi };
                if
                :: sent -> childTouches = true
#if MUTATION == 3
                :: !sent -> childTouches = true
#else
                :: atomic { !sent && parentKilled && !TAKEN_BACK_BY_PARENT -> owner = C; childTouches = true }
                :: !sent && parentKilled && TAKEN_BACK_BY_PARENT -> break
                :: !sent && !parentKilled -> break  /* discarded */
#endif
                fi
            :: SEND_PARENT(REFUSED)
            fi
        :: m == EXHAUSTED && !rolling -> SEND_PARENT(COMMIT); saidCommit = sent
        :: m == ACCEPTED && returned -> returned = false; SEND_PARENT(BYE); break
        :: m == REFUSED && returned -> atomic { returned = false; childTouches = true }; SEND_PARENT(BYE); break
        :: m == COMMITTED -> break
        :: else -> skip
        fi
    od;
#if MUTATION != 6
    if :: returned -> SEND_PARENT(ABANDON) :: else fi;
#endif
    childFenced = true;
    do
    :: atomic { nempty(toChild) -> toChild?m };
        if :: m == ACCEPTED && returned -> returned = false :: else fi
    :: empty(toChild) -> break
    od;
    if :: returned -> atomic { returned = false; childTouches = true; childTookBack = true } :: else fi;
    if
    :: CHILD_KILLED
    :: skip
    fi;
dead:
    childDone = true
}

/* An invariant: wrong at any moment is wrong. */
active proctype Monitor()
{
end:
    atomic {
        (parentTouches && childTouches) || (childTouches && parentTookBack) || (parentTouches && childTookBack) ||
        (!parentAccepts && !committed) ->
        assert(!(parentTouches && childTouches));
        assert(!(childTouches && parentTookBack));
        assert(!(parentTouches && childTookBack));
        assert(parentAccepts || committed)
    }
}

active proctype Judge()
{
    atomic { run Parent(); run Child() };
    (parentDone && childDone);
    assert(owner == C || parentKilled || parentTouches);
    assert(owner == P || childKilled || childTouches)
}
