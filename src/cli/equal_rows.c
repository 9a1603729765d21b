// SPDX-License-Identifier: Apache-2.0
/* Rows of the validation or test part that stand in a part before it, too: what is scored on them says little of new rows, so it is
 * said aloud. */
#include "cli/train.h"

static int64_t equal(const cli_training *t, int part, int among)
{
    if (t->table[part] && t->table[among]) return bm_table_equal_rows(t->table[part], t->table[among]);
    return t->data[part] && t->data[among] ? bm_dataset_equal_rows(t->data[part], t->data[among]) : 0;
}

void cli_warn_equal_rows(cli_training *t)
{
    static const char *const names[] = { "training", "validation", "test" };
    char number[32];
    for (int part = 1; part < 3; part++)
        for (int among = 0; among < part; among++) {
            const int64_t n = equal(t, part, among);
            if (n > 0)
                cli_warn(t->c, "%s %s row%s equal to a %s row: scores on such rows say little of new ones",
                         cli_count(number, n), names[part], n == 1 ? " is" : "s are each", names[among]);
        }
}
