/* Founding again and seating again (docs/protocol.md, L13 to L18, L25, L54), with one certified head that lies.

   Devices 0 and 1 are heads of side a, 2 and 3 of side b; device 1 lies. There is one log. A device reads it in order and appends only
   when it has read to its end, as a relay's conflict enforces for commits. Words are left out: only who is in which group matters.

   Checked: devices that stand at the same place are in the same generation; no generation begins without a consent of an honest head of
   side b, whatever side a does; and when nothing more can happen, and the log has room left, every honest device is in.

       spin -a way_back.pml && gcc -O2 -DSAFETY -DCOLLAPSE -o way_back pan.c && ./way_back -E -m100000

   With one lie and room for seven entries: 2,301,122 states; with two and five (spin -a -DLIES=2 -DROOM=5): 8,834,795; no error. That
   it can fail: a founding that does not ask for a consent of each side fails with two lies, and a device that takes its knock for met
   when it was not is left outside.                                                                                                   */

#define DEVICES 4
#define LIAR 1
#ifndef ROOM
#define ROOM 7
#endif
#ifndef LIES
#define LIES 1
#endif
#define NOBODY 255

#define side(d) ((d) / 2)

mtype = { knock, consent, founding, seat, lose }

typedef Entry {
    mtype kind;
    byte by;      /* the author */
    byte to;      /* whom a seat is for */
    byte gen;     /* what a consent or a founding is of; of others the generation of their group */
    byte a, b;    /* a founding: the entries of both consents */
    bool lost[DEVICES]  /* a lie: who cannot follow */
}

Entry log[ROOM];
byte tail = 0;

typedef Device {
    byte at;      /* entries read */
    byte gen;
    bool in;      /* holds the keys of the present epoch */
    byte said[2]; /* the last consent of each side to the next generation, by entry */
    bool knocked; /* its knock stands in the log and was not answered */
    byte waits[DEVICES]  /* knocks that this device met and nobody answered yet */
}

Device dev[DEVICES];
bool wanted[ROOM + 2];  /* ghost: an honest person of side b consented to this generation */

#define consents(place, whose, g) (log[place].kind == consent && log[place].gen == g && side(log[place].by) == whose)
#define valid(e, me) (log[e].gen == dev[me].gen + 1 && log[e].a < e && log[e].b < e && consents(log[e].a, 0, log[e].gen) && consents(log[e].b, 1, log[e].gen) && (log[log[e].a].by == log[e].by || log[log[e].b].by == log[e].by))

inline read_one(me) {
    d_step {
        e = dev[me].at;
        if
        :: log[e].kind == knock -> dev[me].waits[log[e].by] = 1
        :: log[e].kind == consent ->
            if
            :: log[e].gen == dev[me].gen + 1 -> dev[me].said[side(log[e].by)] = e
            :: else
            fi;
            dev[me].waits[log[e].by] = 1
        :: log[e].kind == founding ->
            if
            :: valid(e, me) ->
                assert(wanted[log[e].gen]);
                dev[me].gen = log[e].gen;
                dev[me].in = (me == log[log[e].a].by || me == log[log[e].b].by);
                dev[me].said[0] = NOBODY; dev[me].said[1] = NOBODY;
                dev[me].waits[log[log[e].a].by] = 0; dev[me].waits[log[log[e].b].by] = 0;
                if
                :: dev[me].in -> dev[me].knocked = false
                :: else -> dev[me].knocked = dev[me].waits[me]
                fi
            :: else  /* overtaken, or a lie: nobody's */
            fi
        :: log[e].kind == seat ->
            if
            :: log[e].gen == dev[me].gen ->
                dev[me].waits[log[e].to] = 0;
                if
                :: log[e].to == me -> dev[me].in = true; dev[me].knocked = false
                :: else
                fi
            :: else
            fi
        :: log[e].kind == lose ->
            if
            :: log[e].gen == dev[me].gen && log[e].lost[me] -> dev[me].in = false
            :: else
            fi
        fi;
        dev[me].at = dev[me].at + 1;
        e = 0
    }
}

#define fresh(me) (dev[me].at == tail && tail < ROOM)

inline append(p_kind, p_author, p_guest, p_generation, p_first, p_second) {
    log[tail].kind = p_kind; log[tail].by = p_author; log[tail].to = p_guest; log[tail].gen = p_generation;
    log[tail].a = p_first; log[tail].b = p_second;
    tail = tail + 1
}

/* whom an honest head of the side would reach by telephone: somebody of the own side who is in, other than the liar */
#define helper(me) ((side(me) == 0 && ((me != 0 && dev[0].in))) || (side(me) == 1 && ((me != 2 && dev[2].in) || (me != 3 && dev[3].in))))

proctype honest(byte me) {
    byte e = 0;
    do
    :: dev[me].at < tail -> read_one(me)
    :: atomic { fresh(me) && !dev[me].in && !dev[me].knocked ->
        append(knock, me, 0, 0, 0, 0); dev[me].knocked = true }
    :: atomic { fresh(me) && dev[me].in && side(me) == 0 && dev[me].waits[0] && me != 0 -> append(seat, me, 0, dev[me].gen, 0, 0) }
    :: atomic { fresh(me) && dev[me].in && side(me) == 1 && dev[me].waits[2] && me != 2 -> append(seat, me, 2, dev[me].gen, 0, 0) }
    :: atomic { fresh(me) && dev[me].in && side(me) == 1 && dev[me].waits[3] && me != 3 -> append(seat, me, 3, dev[me].gen, 0, 0) }
    /* a person whom nobody of the own side can help, and one who is rung up by the other side */
    :: atomic { fresh(me) && !dev[me].in && dev[me].knocked && !helper(me) && dev[me].said[side(me)] == NOBODY ->
        append(consent, me, 0, dev[me].gen + 1, 0, 0);
        if :: side(me) == 1 -> wanted[dev[me].gen + 1] = true :: else fi }
    :: atomic { fresh(me) && dev[me].said[1 - side(me)] != NOBODY && dev[me].said[side(me)] == NOBODY ->
        append(consent, me, 0, dev[me].gen + 1, 0, 0);
        if :: side(me) == 1 -> wanted[dev[me].gen + 1] = true :: else fi }
    :: atomic { fresh(me) && dev[me].said[0] != NOBODY && dev[me].said[1] != NOBODY && log[dev[me].said[side(me)]].by == me ->
        append(founding, me, 0, dev[me].gen + 1, dev[me].said[0], dev[me].said[1]) }
    od
}

/* what a certified head can do with its keys: two acts, of any kind */
proctype liar() {
    byte e = 0, acts = 0, one, other;
    do
    :: dev[LIAR].at < tail -> read_one(LIAR)
    :: atomic { fresh(LIAR) && acts < LIES && dev[LIAR].in ->
        acts++;
        append(lose, LIAR, 0, dev[LIAR].gen, 0, 0);
        if :: log[tail - 1].lost[0] = true :: skip fi;
        if :: log[tail - 1].lost[2] = true :: skip fi;
        if :: log[tail - 1].lost[3] = true :: skip fi }
    :: atomic { fresh(LIAR) && acts < LIES -> acts++; append(consent, LIAR, 0, dev[LIAR].gen + 1, 0, 0) }
    :: atomic { fresh(LIAR) && acts < LIES && tail > 0 ->
        acts++;
        select(one : 0 .. tail - 1); select(other : 0 .. tail - 1);
        append(founding, LIAR, 0, dev[LIAR].gen + 1, one, other); one = 0; other = 0 }
    od
}

active proctype monitor() {
    do
    :: timeout ->
        assert(tail == ROOM || (dev[0].in && dev[2].in && dev[3].in));
        assert(dev[0].gen == dev[2].gen && dev[2].gen == dev[3].gen);
        break
    od
}

init {
    byte d;
    atomic {
        for (d : 0 .. DEVICES - 1) {
            dev[d].in = true;
            dev[d].said[0] = NOBODY;
            dev[d].said[1] = NOBODY
        }
        d = 0;
        run honest(0);
        run honest(2);
        run honest(3);
        run liar()
    }
}
