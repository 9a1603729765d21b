// SPDX-License-Identifier: Apache-2.0
/* The journal of a search: a text file of JSON lines, the first of which says what is searched, and a further one for each candidate that is
 * done, written at once and synced. Killed at any point it has whole lines and perhaps the beginning of one, which is cut off. So a search
 * that goes on from it ends as if it had not been broken off.
 */
#ifndef BMI_LEARN_JOURNAL_H
#define BMI_LEARN_JOURNAL_H
#include "base/json.h"
#include "learn/work.h"

/* A head's member "journal". It rises where trials of the same number get other settings than before. */
enum { BMI_JOURNAL_VERSION = 2 };

typedef struct bmi_entry {
    int64_t stage, round, trial; /* stage 0: the search itself, else an outer fold */
    double mean, spread, fit_seconds;
    bm_status status;
    const char *error; /* in the journal's arena */
} bmi_entry;

typedef struct bmi_journal {
    bm_context *context;
    const char *path; /* borrowed; null: there is none */
    int file;
    bmi_arena arena;
    bmi_entry *entries;
    size_t n, room;
} bmi_journal;

/* Opens or makes the file. `head` (taken) is what is searched: of a file that is there every member must be equal, else BM_E_ARGUMENT
 * names what differs; `anew`: what the journal has is thrown away. A file that another search works with is BM_E_FILE. */
bm_status bmi_journal_open(bmi_journal *j, bmi_error *e, bm_context *context, const char *path, bool anew, json_t *head,
                           bm_place here);
bm_status bmi_journal_add(bmi_journal *j, bmi_error *e, const bmi_entry *entry, bm_place here);
void bmi_journal_end(bmi_journal *j);

/* table_hash.c: 64 bits of all that a table or dataset has: names, types, cells. */
uint64_t bmi_table_hash(const bm_table *t);

#endif
