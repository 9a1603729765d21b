// SPDX-License-Identifier: Apache-2.0
/* Nodes without inputs: placeholders, constants, variables.
 */
#include "base/fields.h"
#include "base/text.h"
#include "graph/graph.h"
#include <string.h>

typedef struct declared {
    bm_type type;
    bm_shape shape;
} declared;
typedef struct variable_args { /* bmi_variable_args with what inference needs */
    bmi_variable_args open;
    declared is;
} variable_args;

static bm_status infer_declared(bm_infer *i, const declared *d)
{
    i->type = d->type;
    i->shape = d->shape;
    return BM_OK;
}
static bm_status infer_source(bm_infer *i)
{
    return infer_declared(i, i->args);
}
static bm_status infer_variable(bm_infer *i)
{
    return infer_declared(i, &((const variable_args *)i->args)->is);
}

const bm_op bmi_op_placeholder = { .size = sizeof(bm_op),
                                   .name = "placeholder",
                                   .args_size = sizeof(declared),
                                   .infer = infer_source,
                                   .doc = "a value that each run is given" };
const bm_op bmi_op_constant = {
    .size = sizeof(bm_op), .name = "constant", .args_size = sizeof(declared), .infer = infer_source, .doc = "a fixed value"
};
const bm_op bmi_op_variable = { .size = sizeof(bm_op),
                                .name = "variable",
                                .args_size = sizeof(variable_args),
                                .infer = infer_variable,
                                .doc = "a value that is kept between runs and changed by updates" };

static bool check_type(bm_graph *g, bm_type type, const char *what, bm_place here)
{
    if (bm_type_size(type)) return true;
    bmi_object_fail(g, BM_E_TYPE, here, "%s: %d is no element type; use BM_F32, BM_F64, BM_I32, BM_I64, BM_U8 or BM_BOOL", what,
                    (int)type);
    return false;
}

bm_node bm_placeholder_at(bm_graph *g, bm_type type, bm_shape shape, const char *name, bm_place here)
{
    if (!g || g->object.error.status || !check_type(g, type, "placeholder", here)) return bmi_node_failed(g);
    if (g->eager) {
        bmi_object_fail(
            g, BM_E_ARGUMENT, here,
            "placeholder: an eager graph computes nodes as they are built and has nothing to feed; use bm_constant");
        return bmi_node_failed(g);
    }
    return bmi_node_add(g, &bmi_op_placeholder, &(declared){ type, shape }, NULL, 0, name, here);
}

bm_node bm_variable_at(bm_graph *g, bm_type type, bm_shape shape, bm_init init, const char *name, bm_place here)
{
    if (!g || g->object.error.status || !check_type(g, type, "variable", here)) return bmi_node_failed(g);
    const bm_place place = g->lent.file ? g->lent : here;
    if (bmi_shape_check(&g->object.error, place, name && *name ? name : "variable", shape, false)) return bmi_node_failed(g);
    if (!init.name && !init.kind) init.name = "zeros";
    const bmi_choice choice = { init.name, init.kind, { init.p[0], init.p[1] } };
    init.kind =
        bmi_choice_settle(&g->object.error, place, name && *name ? name : "variable", "initial value", "initializer", &choice);
    if (!init.kind) return bmi_node_failed(g);
    bmi_choice_numbers((const bmi_choice_kind *)init.kind, choice.p, init.p);
    if (!bmi_type_is_real(type) && strcmp(init.kind->name, "zeros") != 0) {
        bmi_object_fail(g, BM_E_TYPE, place,
                        "variable: the initialiser %s makes reals, the type is %s; integers start as zeros", init.kind->name,
                        bm_type_name(type));
        return bmi_node_failed(g);
    }
    init.name = NULL; /* the text was the caller's */
    const variable_args args = { { init, g->n_variables }, { type, shape } };
    const bm_node n = bmi_node_add(g, &bmi_op_variable, &args, NULL, 0, name, here);
    g->n_variables += bm_node_ok(n);
    return n;
}

bm_node bmi_constant_take(bm_graph *g, bm_tensor *value, const char *name, bm_place here)
{
    bm_node n = bmi_node_failed(g);
    if (g && !g->object.error.status) {
        if (bmi_object_failed(value))
            bmi_fail_from(&g->object.error, value ? &value->object.error
                                                  : &(bmi_error){ .status = BM_E_MEMORY, .text = "out of memory: a constant" });
        else {
            const bool eager = g->eager;
            g->eager = false; /* its value is here already */
            n = bmi_node_add(g, &bmi_op_constant, &(declared){ value->type, value->shape }, NULL, 0, name, here);
            g->eager = eager;
        }
    }
    if (bm_node_ok(n)) g->nodes[n.index].value = value;
    else bmi_object_free(value);
    return n;
}

bm_node bm_constant_at(bm_graph *g, const bm_tensor *value, const char *name, bm_place here)
{
    if (!g || g->object.error.status) return bmi_node_failed(g);
    if (bmi_object_failed(value)) {
        bmi_object_fail(g, value ? value->object.error.status : BM_E_ARGUMENT, here, "constant: the tensor is %s",
                        value ? value->object.error.text : "null");
        return bmi_node_failed(g);
    }
    bm_tensor *copy = bm_tensor_new_in_at(g->object.context, value->type, value->shape, here);
    if (!bmi_object_failed(copy) && value->size)
        memcpy(copy->data, value->data, (size_t)value->size * bm_type_size(value->type));
    return bmi_constant_take(g, copy, name, here);
}

static void store_number(bm_tensor *t, int64_t i, double value)
{
    switch (t->type) {
    case BM_F32: ((float *)t->data)[i] = (float)value; break;
    case BM_F64: ((double *)t->data)[i] = value; break;
    case BM_I32: ((int32_t *)t->data)[i] = (int32_t)value; break;
    case BM_I64: ((int64_t *)t->data)[i] = (int64_t)value; break;
    case BM_U8: ((uint8_t *)t->data)[i] = (uint8_t)value; break;
    default: ((uint8_t *)t->data)[i] = value != 0; break;
    }
}

/* True when a number can be stored in a type without leaving its range. */
static bool number_fits(bm_type type, double value)
{
    switch (type) {
    case BM_I32: return value >= -2147483648.0 && value <= 2147483647.0;
    case BM_I64: return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
    case BM_U8: return value >= 0 && value <= 255;
    default: return true;
    }
}

bm_node bm_numbers_at(bm_graph *g, bm_type type, bm_shape shape, const double *values, size_t count, const char *name,
                      bm_place here)
{
    if (!g || g->object.error.status || !check_type(g, type, "numbers", here)) return bmi_node_failed(g);
    bm_tensor *t = bm_tensor_new_in_at(g->object.context, type, shape, here);
    if (!bmi_object_failed(t) && (size_t)t->size != count) {
        char text[200];
        bmi_object_fail(g, BM_E_SHAPE, here, "numbers: %zu given, the shape %s has %lld", count, bmi_shape_text(text, &shape),
                        (long long)t->size);
    } else if (count && !values) bmi_object_fail(g, BM_E_ARGUMENT, here, "numbers: the values are null");
    for (size_t i = 0; !bmi_object_failed(t) && !g->object.error.status && i < count; i++) {
        if (!number_fits(type, values[i]))
            bmi_object_fail(g, BM_E_ARGUMENT, here, "numbers: %g does not fit into %s", values[i], bm_type_name(type));
        else store_number(t, (int64_t)i, values[i]);
    }
    return bmi_constant_take(g, t, name, here);
}

bm_node bm_number_at(bm_graph *g, double value, bm_place here)
{
    return bm_numbers_at(g, BM_F32, BM_SCALAR, &value, 1, NULL, here);
}

bm_node bmi_number_like(bm_node x, double value)
{
    if (!bm_node_ok(x)) return bmi_node_failed(x.graph);
    return bm_numbers_at(x.graph, bm_node_type(x), BM_SCALAR, &value, 1, NULL, bm_node_place(x));
}
