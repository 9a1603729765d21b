// SPDX-License-Identifier: Apache-2.0
/* Updates of variables, and a node that needs many others. The value of an update is the variable's new value; a plan stores it
 * to the variable's memory after all others have read the old one.
 */
#include "base/kinds.h"
#include "base/text.h"
#include "ops/elementwise.h"

static bm_status infer(bm_infer *i)
{
    const bm_shape v = i->in_shape[0], x = i->in_shape[1];
    char a[200], b[200];
    if (bmi_infer_types_agree(i)) return BM_E_TYPE;
    if (!bmi_shape_broadcast(v, x, &i->shape) || (bmi_shape_known(i->shape) && !bmi_shape_equal(i->shape, v)))
        return bm_infer_fail(i, BM_E_SHAPE, "the variable is %s, the value is %s and does not broadcast to it",
                             bmi_shape_text(a, &v), bmi_shape_text(b, &x));
    i->type = i->in_type[0];
    i->shape = v;
    return BM_OK;
}

static bm_status infer_number(bm_infer *i)
{
    const bm_type t = i->in_type[0];
    if (bmi_type_is_real(t) || t == BM_I32 || t == BM_I64) return infer(i);
    return bm_infer_fail(i, BM_E_TYPE, "the variable is %s; it takes numbers, f32, f64, i32 or i64", bm_type_name(t));
}

static int64_t whole(int64_t a, int64_t b, int64_t c, double p0, double p1)
{
    (void)b, (void)c, (void)p0, (void)p1;
    return a;
}
static int64_t whole_sum(int64_t a, int64_t b, int64_t c, double p0, double p1)
{
    (void)c, (void)p0, (void)p1;
    return wrap_add(a, b);
}
static int64_t whole_difference(int64_t a, int64_t b, int64_t c, double p0, double p1)
{
    (void)c, (void)p0, (void)p1;
    return wrap_sub(a, b);
}

static void run_assign(const bm_call *c)
{
    bmi_row_run(&c->in[1], &c->out, &(const bmi_row){ &bmi_code_copy, whole, 1 }, NULL);
}
static void run_add(const bm_call *c)
{
    bmi_row_run(c->in, &c->out, &(const bmi_row){ &bmi_code_add, whole_sum, 2 }, NULL);
}
static void run_sub(const bm_call *c)
{
    bmi_row_run(c->in, &c->out, &(const bmi_row){ &bmi_code_sub, whole_difference, 2 }, NULL);
}

#define TWO                                                                                                       \
    .in = { BMI_REALS(1, 2), BMI_REALS(10, 20) }, .in_shape = { BMI_DIMS(2), BMI_DIMS(2) }, .shape = BMI_DIMS(2), \
    .source = "by hand"
static const bm_example examples_assign[] = { { TWO, .out = BMI_REALS(10, 20) } };
static const bm_example examples_add[] = { { TWO, .out = BMI_REALS(11, 22) } };
static const bm_example examples_sub[] = { { TWO, .out = BMI_REALS(-9, -18) } };

#define UPDATE(name_, infer_, run_, code, unused, list, doc_)                                            \
    static const bm_op bmi_op_##name_ = { .size = sizeof(bm_op),                                         \
                                          .name = #name_,                                                \
                                          .n_in = 2,                                                     \
                                          .flags = BM_OP_ELEMENTWISE | BM_OP_UPDATE | BM_OP_NO_GRADIENT, \
                                          .shape_inputs = unused,                                        \
                                          .infer = infer_,                                               \
                                          .run = run_,                                                   \
                                          .vector = &(code),                                             \
                                          BMI_EXAMPLES(list),                                            \
                                          .doc = doc_ };                                                 \
    bm_node bm_##name_##_at(bm_node variable, bm_node value, bm_place here)                              \
    {                                                                                                    \
        return update(&bmi_op_##name_, variable, value, here);                                           \
    }

static bm_node update(const bm_op *op, bm_node variable, bm_node value, bm_place here)
{
    const bmi_node *node = bmi_node_of(variable);
    if (node && node->op != &bmi_op_variable) {
        bmi_object_fail(variable.graph, BM_E_ARGUMENT, here,
                        "%s: \"%s\" is the %s of other nodes; only a variable can be updated", op->name, node->name,
                        node->op->name);
        return bmi_node_failed(variable.graph);
    }
    return bmi_op2(op, NULL, variable, value, here);
}

UPDATE(assign, infer, run_assign, bmi_code_copy, 1, examples_assign, "gives a variable a value, broadcast to its shape")
UPDATE(assign_add, infer_number, run_add, bmi_code_add, 0, examples_add, "adds to a variable")
UPDATE(assign_sub, infer_number, run_sub, bmi_code_sub, 0, examples_sub, "subtracts from a variable")

/* ---- group ---- */

static bm_status infer_group(bm_infer *i)
{
    i->type = BM_F32;
    i->shape = (bm_shape){ 0 };
    return BM_OK;
}

static void run_group(const bm_call *c)
{
    *(float *)c->out.data = 0;
}

static const bm_example examples_group[] = {
    { .in = { BMI_REALS(1, 2), BMI_REALS(10, 20) },
      .in_shape = { BMI_DIMS(2), BMI_DIMS(2) },
      .out = BMI_REALS(0),
      .source = "by hand" },
};

static const bm_op bmi_op_group = { .size = sizeof(bm_op),
                                    .name = "group",
                                    .n_in = -1,
                                    .flags = BM_OP_NO_GRADIENT,
                                    .infer = infer_group,
                                    .run = run_group,
                                    BMI_EXAMPLES(examples_group),
                                    .doc = "needs all its inputs; 0" };

bm_node bm_group_at(bm_nodes parts, bm_place here)
{
    if (!parts.at || !parts.count) return bmi_node_failed(NULL);
    if (parts.count > 100000) {
        bmi_object_fail(parts.at[0].graph, BM_E_ARGUMENT, here, "group: %zu parts; at most 100000", parts.count);
        return bmi_node_failed(parts.at[0].graph);
    }
    return bmi_node_add(parts.at[0].graph, &bmi_op_group, NULL, parts.at, (int)parts.count, NULL, here);
}

const bmi_kind bmi_kinds_op_assign[] = {
    BMI_OP_KIND(assign), BMI_OP_KIND(assign_add), BMI_OP_KIND(assign_sub), BMI_OP_KIND(group), { 0 }
};
