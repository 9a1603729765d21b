// SPDX-License-Identifier: Apache-2.0
/* The first runs try both ways. Then a team runs until it loses: one run took several times what a single thread takes, or its mean
 * more than that. Then runs are alone for a while, and twice as long each time a team loses again.
 */
#include "run/pace.h"

enum {
    FIRST_TEAMS = 2, /* runs by a team, the first of which wakes it */
    FIRST_ALONE = 2, /* runs alone after them, the first of which fills the caches */
    GOOD = 64,       /* runs by a team without a loss halve the patience */
    LEAST_WAIT = 16, /* runs alone after a loss, and for so many times as long as it took */
    MOST_WAIT = 65536,
    STALL = 4 /* times what a single thread takes: a member did not run */
};
static const double LONG = 5e-3; /* seconds: runs as long as this are not held up by what others do meanwhile */

bool bmi_pace_wants_team(const bmi_pace *p)
{
    if (p->runs < FIRST_TEAMS || (p->least > LONG && !p->alone)) return true;
    return p->runs >= FIRST_TEAMS + FIRST_ALONE && !p->wait;
}

static void note_alone(bmi_pace *p, double seconds)
{
    if (p->wait) p->wait--;
    if (p->runs == FIRST_TEAMS + 1) return; /* the first one */
    if (!p->alone || seconds < p->alone) p->alone = seconds;
    else p->alone += (seconds - p->alone) / GOOD / STALL; /* the least one is forgotten slowly */
}

static void lose(bmi_pace *p, double seconds)
{
    const double as_long = LEAST_WAIT * seconds / p->alone;
    p->patience = p->patience ? 2 * p->patience : LEAST_WAIT;
    if (p->patience < as_long) p->patience = as_long < MOST_WAIT ? (int64_t)as_long : MOST_WAIT;
    if (p->patience > MOST_WAIT) p->patience = MOST_WAIT;
    p->wait = p->patience;
    p->good = 0;
    p->team = 0;
    p->cold = true;
}

static void note_team(bmi_pace *p, double seconds)
{
    if (p->cold || p->runs == 1) {
        p->cold = false;
        if (seconds < STALL * p->alone || !p->alone) return;
    }
    if (!p->least || seconds < p->least) p->least = seconds;
    if (!p->alone) return;
    p->team = p->team ? p->team + (seconds - p->team) / 8 : seconds;
    if (seconds > STALL * p->alone || p->team > p->alone) lose(p, seconds);
    else if (++p->good == GOOD) {
        p->good = 0;
        p->patience /= 2;
    }
}

void bmi_pace_note(bmi_pace *p, bool team, double seconds)
{
    p->runs++;
    if (team) note_team(p, seconds);
    else note_alone(p, seconds);
}
