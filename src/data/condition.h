// SPDX-License-Identifier: Apache-2.0
/* Conditions on the rows of a table, as "age >= 18 and not income missing": read into a program of a stack machine, which then works on
 * blocks of rows. What is known before (a text against all texts of a column) is found out when it is read.
 */
#ifndef BMI_DATA_CONDITION_H
#define BMI_DATA_CONDITION_H
#include "data/table_work.h"

enum { BMI_CONDITION_BLOCK = 1024 };

typedef enum bmi_condition_op {
    BMI_PUSH_NUMBER,   /* number */
    BMI_PUSH_CELLS,    /* of a, a column of numbers or true/false, as doubles */
    BMI_PUSH_SECONDS,  /* from b to a, columns of times; taken as integers, for seconds since 1970 do not hold a microsecond */
    BMI_PUSH_TRUTH,    /* integer: 0 or 1 */
    BMI_PUSH_BOOLS,    /* of a, a column of true/false */
    BMI_TEST_MISSING,  /* of a, any column */
    BMI_TEST_INTEGERS, /* a, a column of integers, against b, another, or (b null) integer */
    BMI_TEST_TEXTS,    /* a, a column of text: truths of its codes */
    BMI_COMPARE_TEXTS, /* a against b, columns of text */
    BMI_NEGATE,
    BMI_ADD,
    BMI_SUBTRACT,
    BMI_MULTIPLY,
    BMI_DIVIDE,
    BMI_REMAINDER,
    BMI_COMPARE,    /* two numbers to a truth */
    BMI_TO_NUMBER,  /* a truth */
    BMI_IS_MISSING, /* a number */
    BMI_NOT,
    BMI_AND,
    BMI_OR
} bmi_condition_op;
typedef enum bmi_comparison { BMI_EQUAL, BMI_UNEQUAL, BMI_LESS, BMI_LESS_EQUAL, BMI_MORE, BMI_MORE_EQUAL } bmi_comparison;
enum { BMI_FALSE = 0, BMI_TRUE = 1, BMI_UNKNOWN = 2 };

typedef struct bmi_instruction {
    bmi_condition_op op;
    bmi_comparison comparison;
    const bmi_column *a, *b;
    double number;
    int64_t integer;
    uint8_t *truths;
} bmi_instruction;

typedef struct bmi_condition {
    bm_context *context;
    bmi_instruction *code;
    size_t n, capacity;
    int depth; /* cells of the stack that it needs */
} bmi_condition;

/* Reads a condition on t's columns. BM_E_ARGUMENT with the place when it is none. The table must outlive it; end it in any case. */
bm_status bmi_condition_read(bmi_error *e, bm_place here, bmi_condition *c, const bm_table *t, const char *text);
void bmi_condition_end(bmi_condition *c);

/* What the stack holds of one block. */
typedef union bmi_block {
    double number[BMI_CONDITION_BLOCK];
    uint8_t truth[BMI_CONDITION_BLOCK];
} bmi_block;
/* Truths of n rows from `row` on, in stack[0]. The stack has c->depth blocks. */
void bmi_condition_run(const bmi_condition *c, int64_t row, int n, bmi_block *stack);

/* Whether -1, 0 or 1, the sign of a difference, fits a comparison. */
static inline bool bmi_compares(bmi_comparison how, int sign)
{
    static const uint8_t fits[] = { 2, 5, 1, 3, 4, 6 }; /* bits: less, equal, more */
    return fits[how] >> (sign + 1) & 1;
}

#endif
