// SPDX-License-Identifier: Apache-2.0
/* Teams: all members run, and what one wrote before a meeting the others read after it. */
#include "base/team.h"
#include "support/bmt.h"

enum { MEMBERS = 5, MEETINGS = 300 };

typedef struct shared {
    int wrote[MEMBERS]; /* plain memory: the meetings are what orders it */
    int ran[MEMBERS], members, wrong;
} shared;

static void meet_often(void *arg, int member, int members)
{
    shared *s = arg;
    if (member == 0) s->members = members;
    s->ran[member]++;
    for (int i = 1; i <= MEETINGS; i++) {
        s->wrote[member] = i;
        bmi_team_wait();
        for (int m = 0; m < members; m++)
            if (s->wrote[m] != i) __atomic_add_fetch(&s->wrong, 1, __ATOMIC_RELAXED);
        bmi_team_wait();
    }
}

static void writes_are_seen_after_a_meeting(void **state)
{
    (void)state;
    for (int threads = 1; threads <= MEMBERS; threads++) {
        shared s = { 0 };
        bmi_team(threads, meet_often, &s);
        assert_in_range(s.members, 1, threads);
        assert_int_equal(s.wrong, 0);
        for (int m = 0; m < MEMBERS; m++) assert_int_equal(s.ran[m], m < s.members);
    }
}

static void a_team_inside(void *arg, int member, int members)
{
    shared *own = &((shared *)arg)[member];
    bmi_team_wait();
    bmi_team(MEMBERS, meet_often, own);
    bmi_team_wait(); /* of the outer team again */
    if (member == 0) ((shared *)arg)[MEMBERS].members = members;
}

static void inside_another_there_is_one_member(void **state)
{
    (void)state;
    shared s[MEMBERS + 1] = { 0 };
    bmi_team(2, a_team_inside, s);
    assert_in_range(s[MEMBERS].members, 1, 2);
    for (int m = 0; m < s[MEMBERS].members; m++) {
        assert_int_equal(s[m].members, s[MEMBERS].members > 1 ? 1 : MEMBERS);
        assert_int_equal(s[m].wrong, 0);
    }
    bmi_team_wait(); /* outside any team nobody is waited for */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_are_seen_after_a_meeting),
        cmocka_unit_test(inside_another_there_is_one_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
