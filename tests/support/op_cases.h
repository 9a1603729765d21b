// SPDX-License-Identifier: Apache-2.0
/* Cases for checks that run over every operation of the library: each operation's examples give shapes, types and arguments
 * (the numbers are made anew), elementwise ones are put on odd shapes too, and a table adds what examples do not cover.
 */
#ifndef BMT_OP_CASES_H
#define BMT_OP_CASES_H
#include "ops/op.h"

enum { BMT_INPUTS = 4 };
typedef struct bmt_case {
    char name[160];
    const bm_op *op;
    int n_in;
    bm_type type[BMT_INPUTS]; /* 0: the real type under test */
    bm_shape shape[BMT_INPUTS];
    const double *numbers[BMT_INPUTS]; /* not null: these, and no random ones (indices) */
    const void *args;
    int64_t terms;                       /* not 0: so many numbers of about 1 are added up to each result */
    bm_node (*build)(const bm_node *in); /* not null: makes the node in place of op and args */
} bmt_case;

/* Calls check for each case of every operation, in the order of the registry. */
void bmt_each_case(void (*check)(const bmt_case *c, void *user), void *user);
/* The same for a few large cases, that are shared among threads. */
void bmt_each_large_case(void (*check)(const bmt_case *c, void *user), void *user);
/* The node of a case on given inputs. */
bm_node bmt_case_node(const bmt_case *c, bm_graph *g, const bm_node *in);
/* Input j with numbers inside the operation's domain, away from kinks; other numbers for another `stream`. */
bm_tensor *bmt_case_input(const bmt_case *c, int j, bm_type real, uint64_t stream);
#endif
