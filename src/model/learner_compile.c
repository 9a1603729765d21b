// SPDX-License-Identifier: Apache-2.0
/* Compiling a learner: loss, optimiser and metrics that are given replace those that the learner would take, once it is fitted.
 */
#include "model/model.h"
#include "base/part.h"
#include <string.h>

/* Losses, metrics by the names that their kinds have: texts of the caller are not kept. */
static bm_status find_kinds(bmi_error *e, bm_compile_options *o, bm_place here)
{
    bm_loss *const first = &o->loss;
    double p[2];
    for (int i = -1; i < BM_MODEL_MAX; i++) {
        bm_loss *l = i < 0 ? first : &o->losses[i];
        if (!l->name && !l->kind) continue;
        if (!(l->kind = bmi_loss_find(e, here, "compile", *l, p))) return e->status;
        l->name = l->kind->name;
    }
    for (int i = 0; i < BM_MODEL_MAX; i++) {
        bm_metric *k = &o->metrics[i];
        if (!k->name && !k->kind) continue;
        if (!(k->kind = bmi_metric_find(e, here, "compile", *k, p))) return e->status;
        k->name = k->kind->name;
    }
    return BM_OK;
}

bm_status bmi_learner_compile(bm_model *m, const bm_compile_options *o, bm_place here)
{
    bmi_error *e = &m->object.error;
    if (m->learner->fit)
        return bmi_fail(e, BM_E_ARGUMENT, here,
                        "compile: the learner \"%s\" has a method of its own, without a loss or optimiser to choose; a "
                        "network, as \"mlp:64\", has them",
                        m->learner->name);
    bm_compile_options *asked = bmi_arena_alloc(&m->learner_arena, 1, sizeof *asked);
    if (!asked) return bmi_fail_memory(e, here, sizeof *asked, "to compile a learner");
    *asked = *o;
    if (find_kinds(e, asked, here)) return e->status;
    const bool optimizer = o->optimizer.name || o->optimizer.kind;
    if (optimizer && bmi_part_copy(e, &m->learner_arena, "optimizer", &o->optimizer, &asked->optimizer)) return e->status;
    m->asked = asked;
    return BM_OK;
}

const bm_loss_kind *bmi_learner_loss(const bm_model *m)
{
    return !m->asked ? NULL : m->asked->loss.kind ? m->asked->loss.kind : m->asked->losses[0].kind;
}
