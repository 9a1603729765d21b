// SPDX-License-Identifier: Apache-2.0
/* Reading conditions by recursive descent:
 *
 *     any     = every { "or" every }                 sum   = product { "+" | "-" product }
 *     every   = test { "and" test }                  product = factor { "*" | "/" | "%" factor }
 *     test    = "not" test | sum [ predicate ]       factor  = "-" factor | number | 'text' | true | false | column | "(" any ")"
 *
 * An operand stays unwritten while it is a column or a constant, so that integers are compared exactly and texts once a text, not
 * once a row.
 */
#include "base/context.h"
#include "base/text.h"
#include "data/condition_tokens.h"
#include "format/datetime.h"
#include <math.h>
#include <string.h>

enum { DEEP = 100, LONG = 100000 };

typedef enum operand_kind { OF_NUMBER, OF_TRUTH, OF_COLUMN, OF_INTEGER, OF_TEXT } operand_kind;

/* A number or truth is what the code from `begin` on leaves on the stack; the others are not written. */
typedef struct operand {
    operand_kind kind;
    size_t begin;
    const bmi_column *column;
    int64_t integer;
    const char *text;
    size_t n;
    const char *at; /* where it begins, for messages */
} operand;

static void any(bmi_reader *r, operand *o);

/* ---- code ---- */

static void write_code(bmi_reader *r, bmi_instruction k)
{
    bmi_condition *c = r->c;
    if (r->e->status) return;
    if (k.op <= BMI_COMPARE_TEXTS) r->depth++;
    else if (k.op != BMI_NEGATE && k.op != BMI_NOT && k.op != BMI_TO_NUMBER && k.op != BMI_IS_MISSING) r->depth--;
    if (r->depth > c->depth) c->depth = r->depth;
    if (c->n >= LONG) bmi_condition_wrong(r, r->at, "the condition is too long");
    else if (!bmi_grow(c->context, (void **)&c->code, &c->capacity, c->n + 1, sizeof *c->code))
        bmi_fail_memory(r->e, r->here, c->n * sizeof *c->code, "a condition");
    else c->code[c->n++] = k;
}

static void write_op(bmi_reader *r, bmi_condition_op op)
{
    write_code(r, (bmi_instruction){ .op = op });
}

/* Writes an operand as a number. */
static void as_number(bmi_reader *r, operand *o)
{
    if (r->e->status) return; /* the operand may be half read */
    switch (o->kind) {
    case OF_NUMBER: return;
    case OF_TRUTH: write_op(r, BMI_TO_NUMBER); break;
    case OF_INTEGER: write_code(r, (bmi_instruction){ .op = BMI_PUSH_NUMBER, .number = (double)o->integer }); break;
    case OF_COLUMN:
        if (bmi_is_number(o->column->type)) write_code(r, (bmi_instruction){ .op = BMI_PUSH_CELLS, .a = o->column });
        else
            bmi_condition_wrong(r, o->at, "column \"%.100s\" is %s, where a number is expected", o->column->name,
                                bm_column_type_name(o->column->type));
        break;
    case OF_TEXT: bmi_condition_wrong(r, o->at, "a text, where a number is expected"); break;
    }
    o->kind = OF_NUMBER;
}

static void as_truth(bmi_reader *r, operand *o)
{
    if (r->e->status || o->kind == OF_TRUTH) return;
    if (o->kind == OF_COLUMN && o->column->type == BM_COLUMN_BOOL)
        write_code(r, (bmi_instruction){ .op = BMI_PUSH_BOOLS, .a = o->column });
    else bmi_condition_wrong(r, o->at, "no condition but a value, which has to be compared with something");
    o->kind = OF_TRUTH;
}

/* Writes the code of an operand once more. */
static void again(bmi_reader *r, const operand *o, size_t end)
{
    for (size_t i = o->begin; i < end && !r->e->status; i++) {
        bmi_instruction k = r->c->code[i];
        if (k.truths) { /* each instruction has its own */
            const size_t n = (size_t)k.a->dictionary.count;
            k.truths = bmi_alloc_raw(r->c->context, n, 1);
            if (!k.truths) bmi_fail_memory(r->e, r->here, n, "a condition");
            else memcpy(k.truths, r->c->code[i].truths, n);
        }
        const size_t before = r->c->n;
        if (!r->e->status) write_code(r, k);
        if (r->c->n == before && k.truths) bmi_release(r->c->context, k.truths, (size_t)k.a->dictionary.count, 1);
    }
}

/* ---- comparing ---- */

typedef enum text_test { COMPARED, CONTAINS, STARTS, ENDS } text_test;

static bool contains(const char *text, size_t n, const char *part, size_t m)
{
    for (size_t i = 0; i + m <= n; i++)
        if (!memcmp(text + i, part, m)) return true;
    return false;
}

/* A column of texts against a text: once for each of its texts. */
static void test_texts(bmi_reader *r, const bmi_column *c, text_test test, bmi_comparison how, const operand *o)
{
    const size_t count = (size_t)c->dictionary.count;
    uint8_t *truths = r->e->status ? NULL : bmi_alloc_raw(r->c->context, count, 1);
    if (!truths) {
        if (!r->e->status) bmi_fail_memory(r->e, r->here, count, "a condition");
        return;
    }
    for (int32_t code = 0; code < c->dictionary.count; code++) {
        size_t n;
        const char *text = bmi_dictionary_text(&c->dictionary, code, &n);
        const int sign = strcmp(text, o->text);
        truths[code] = test == COMPARED   ? bmi_compares(how, (sign > 0) - (sign < 0))
                       : test == CONTAINS ? contains(text, n, o->text, o->n)
                       : test == STARTS   ? n >= o->n && !memcmp(text, o->text, o->n)
                                          : n >= o->n && !memcmp(text + n - o->n, o->text, o->n);
    }
    const size_t before = r->c->n;
    write_code(r, (bmi_instruction){ .op = BMI_TEST_TEXTS, .a = c, .truths = truths });
    if (r->c->n == before) bmi_release(r->c->context, truths, count, 1);
}

static bool is_text(const operand *o)
{
    return o->kind == OF_TEXT || (o->kind == OF_COLUMN && o->column->type == BM_COLUMN_TEXT);
}
static bool is_integers(const operand *o)
{
    return o->kind == OF_COLUMN && bmi_stored(o->column->type) == BMI_STORED_INTEGER;
}

static bool is_times(const operand *o)
{
    return o->kind == OF_COLUMN && o->column->type == BM_COLUMN_TIME;
}

static bmi_comparison turned(bmi_comparison how)
{
    static const bmi_comparison other[] = { BMI_EQUAL, BMI_UNEQUAL, BMI_MORE, BMI_MORE_EQUAL, BMI_LESS, BMI_LESS_EQUAL };
    return other[how];
}

static void compare_text_operands(bmi_reader *r, operand *x, operand *y, bmi_comparison how)
{
    if (!is_text(x) || !is_text(y)) {
        const operand *text = is_text(x) ? x : y, *other = is_text(x) ? y : x;
        const char *name = text->kind == OF_COLUMN ? text->column->name : text->text;
        bmi_condition_wrong(r, other->at, "%s \"%.100s\" is compared with a number; %s",
                            text->kind == OF_COLUMN ? "column of text" : "text", name,
                            text->kind == OF_COLUMN ? "texts stand in 'single quotes'" : "numbers stand without quotes");
    } else if (x->kind == OF_COLUMN && y->kind == OF_COLUMN)
        write_code(r, (bmi_instruction){ .op = BMI_COMPARE_TEXTS, .a = x->column, .b = y->column, .comparison = how });
    else if (x->kind == OF_COLUMN) test_texts(r, x->column, COMPARED, how, y);
    else if (y->kind == OF_COLUMN) test_texts(r, y->column, COMPARED, turned(how), x);
    else {
        const int sign = strcmp(x->text, y->text);
        write_code(r, (bmi_instruction){ .op = BMI_PUSH_TRUTH, .integer = bmi_compares(how, (sign > 0) - (sign < 0)) });
    }
}

/* A text as a time. 1/2/2024 is refused, for it may be two days. */
static int64_t time_of(bmi_reader *r, const operand *text, const bmi_column *c)
{
    int64_t time[2] = { 0, 0 };
    bmi_date_detail detail;
    const bool month = bmi_time_read(text->text, BMI_MONTH_FIRST, &time[0], &detail);
    const bool day = bmi_time_read(text->text, BMI_DAY_FIRST, &time[1], &detail);
    if (!month && !day)
        bmi_condition_wrong(r, text->at,
                            "the text is no date, and column \"%.100s\" is date/time: write '2024-01-31' or "
                            "'2024-01-31 13:05'",
                            c->name);
    else if (month && day && time[0] != time[1])
        bmi_condition_wrong(r, text->at, "day and month may be either way round: write the year first, as '2024-01-31'");
    return month ? time[0] : time[1];
}

/* Two columns of times, or one and a text; times are no numbers. */
static void compare_times(bmi_reader *r, const operand *x, const operand *y, bmi_comparison how)
{
    const operand *column = is_times(x) ? x : y, *other = is_times(x) ? y : x;
    bmi_instruction k = { .op = BMI_TEST_INTEGERS, .a = column->column, .comparison = column == x ? how : turned(how) };
    if (other->kind == OF_TEXT) k.integer = time_of(r, other, column->column);
    else if (is_times(other)) k.b = other->column;
    else if (is_text(other))
        bmi_condition_wrong(r, other->at, "column \"%.80s\" is text, and \"%.80s\" is date/time: read both as dates",
                            other->column->name, column->column->name);
    else
        bmi_condition_wrong(r, other->at,
                            "column \"%.100s\" is date/time and compared with a number; dates stand in 'single "
                            "quotes', as '2024-01-31'",
                            column->column->name);
    write_code(r, k);
}

/* x against y, of which y was read last; both may be written or not. */
static void compare(bmi_reader *r, operand *x, operand *y, bmi_comparison how)
{
    if (r->e->status) return;
    const bool x_written = x->kind == OF_NUMBER || x->kind == OF_TRUTH, y_written = y->kind == OF_NUMBER || y->kind == OF_TRUTH;
    if (is_times(x) || is_times(y)) compare_times(r, x, y, how);
    else if (is_text(x) || is_text(y)) compare_text_operands(r, x, y, how);
    else if (is_integers(x) && (is_integers(y) || y->kind == OF_INTEGER))
        write_code(r, (bmi_instruction){ .op = BMI_TEST_INTEGERS,
                                         .a = x->column,
                                         .b = y->kind == OF_COLUMN ? y->column : NULL,
                                         .integer = y->integer,
                                         .comparison = how });
    else if (is_integers(y) && x->kind == OF_INTEGER)
        write_code(
            r, (bmi_instruction){ .op = BMI_TEST_INTEGERS, .a = y->column, .integer = x->integer, .comparison = turned(how) });
    else {
        if (y_written && !x_written) {
            as_number(r, y), as_number(r, x);
            how = turned(how);
        } else {
            /* a truth below another number on the stack was made a number when it was read */
            if (!y_written) as_number(r, x);
            as_number(r, y);
        }
        write_code(r, (bmi_instruction){ .op = BMI_COMPARE, .comparison = how });
    }
}

/* ---- grammar ---- */

static void column(bmi_reader *r, operand *o)
{
    size_t n;
    const char *at = r->at, *name = bmi_token_content(r, &n);
    const int64_t found = bm_table_find(r->t, name);
    char hint[BMI_HINT_BYTES];
    if (found < 0)
        bmi_condition_wrong(r, at, "%s has no column \"%.100s\"%s", bmi_table_name(r->t), name,
                            bmi_did_you_mean(hint, name, r->t->columns, r->t->n_columns, sizeof *r->t->columns));
    o->kind = OF_COLUMN;
    o->column = found < 0 ? NULL : &r->t->columns[found];
    bmi_token_next(r);
}

static void number(bmi_reader *r, operand *o)
{
    double value = 0;
    bool overflow = false;
    if (bmi_read_int(r->at, r->length, &o->integer) && o->integer != INT64_MIN) o->kind = OF_INTEGER;
    else if (!bmi_read_real(r->at, r->length, &value, &overflow) || overflow)
        bmi_condition_wrong(r, r->at, "this is no number");
    else {
        o->kind = OF_NUMBER;
        write_code(r, (bmi_instruction){ .op = BMI_PUSH_NUMBER, .number = value });
    }
    bmi_token_next(r);
}

static bool reserved(const bmi_reader *r)
{
    static const char *const words[] = { "and",     "or",       "not",    "in",   "between", "is",
                                         "missing", "contains", "starts", "ends", "with" };
    for (size_t i = 0; i < BMI_COUNT(words); i++)
        if (bmi_token_is_word(r, words[i])) return true;
    return false;
}

static void factor(bmi_reader *r, operand *o)
{
    static const char value[] = "a column, a number or a 'text'";
    *o = (operand){ .begin = r->c->n, .at = r->at };
    if (++r->deep > DEEP) bmi_condition_wrong(r, r->at, "more than %d brackets or signs are open", DEEP);
    if (r->e->status) return;
    if (bmi_token_is_sign(r, "-")) {
        bmi_token_next(r);
        factor(r, o);
        if (o->kind == OF_INTEGER) o->integer = -o->integer;
        else {
            as_number(r, o);
            write_op(r, BMI_NEGATE);
        }
    } else if (bmi_token_is_sign(r, "(")) {
        bmi_token_next(r);
        any(r, o);
        if (!r->e->status && !bmi_token_is_sign(r, ")")) bmi_condition_expected(r, "\")\", or \"and\" and \"or\"");
        bmi_token_next(r);
    } else if (r->token == BMI_TOKEN_NUMBER) number(r, o);
    else if (r->token == BMI_TOKEN_TEXT) {
        o->kind = OF_TEXT;
        o->text = bmi_token_content(r, &o->n);
        bmi_token_next(r);
    } else if (bmi_token_is_word(r, "true") || bmi_token_is_word(r, "false")) {
        o->kind = OF_TRUTH;
        write_code(r, (bmi_instruction){ .op = BMI_PUSH_TRUTH, .integer = bmi_token_is_word(r, "true") });
        bmi_token_next(r);
    } else if (r->token == BMI_TOKEN_NAME && !reserved(r)) column(r, o);
    else
        bmi_condition_expected(r, r->token == BMI_TOKEN_NAME
                                      ? "a column, a number or a 'text' (such a word as a column's name: in \"double quotes\")"
                                      : value);
    r->deep--;
}

/* The seconds from one column of times to another. */
static void write_seconds(bmi_reader *r, operand *to, const operand *from)
{
    if (r->e->status) return;
    if (is_times(from)) write_code(r, (bmi_instruction){ .op = BMI_PUSH_SECONDS, .a = to->column, .b = from->column });
    else bmi_condition_wrong(r, from->at, "a column of date/time is expected: the difference of two is in seconds");
    to->kind = OF_NUMBER;
}

/* One level of arithmetic: signs[i] is ops[i], each operand is read by `operand_of`. */
static void arithmetic(bmi_reader *r, operand *o, const char *signs, const bmi_condition_op *ops,
                       void (*operand_of)(bmi_reader *, operand *))
{
    operand_of(r, o);
    while (!r->e->status && r->token == BMI_TOKEN_SIGN && r->length == 1 && strchr(signs, *r->at)) {
        const bmi_condition_op op = ops[strchr(signs, *r->at) - signs];
        operand other;
        const bool times = op == BMI_SUBTRACT && is_times(o);
        if (!times) as_number(r, o);
        bmi_token_next(r);
        operand_of(r, &other);
        if (times) {
            write_seconds(r, o, &other);
            continue;
        }
        as_number(r, &other);
        write_op(r, op);
    }
}

static void product(bmi_reader *r, operand *o)
{
    static const bmi_condition_op ops[] = { BMI_MULTIPLY, BMI_DIVIDE, BMI_REMAINDER };
    arithmetic(r, o, "*/%", ops, factor);
}

static void sum(bmi_reader *r, operand *o)
{
    static const bmi_condition_op ops[] = { BMI_ADD, BMI_SUBTRACT };
    arithmetic(r, o, "+-", ops, product);
}

static bool comparison_sign(const bmi_reader *r, bmi_comparison *how)
{
    static const struct {
        const char *sign;
        bmi_comparison how;
    } signs[] = { { "=", BMI_EQUAL }, { "==", BMI_EQUAL },      { "!=", BMI_UNEQUAL }, { "<>", BMI_UNEQUAL },
                  { "<", BMI_LESS },  { "<=", BMI_LESS_EQUAL }, { ">", BMI_MORE },     { ">=", BMI_MORE_EQUAL } };
    for (size_t i = 0; i < BMI_COUNT(signs); i++)
        if (bmi_token_is_sign(r, signs[i].sign)) {
            *how = signs[i].how;
            return true;
        }
    return false;
}

/* The operand again, for the second of several comparisons; its code ends at `end`. */
static operand once_more(bmi_reader *r, const operand *o, size_t end)
{
    operand copy = *o;
    copy.begin = r->c->n;
    if (o->kind == OF_NUMBER) again(r, o, end);
    return copy;
}

static void between(bmi_reader *r, operand *o)
{
    const size_t end = r->c->n;
    operand low, high, copy = *o;
    sum(r, &low);
    if (low.kind == OF_TRUTH) as_number(r, &low);
    compare(r, &copy, &low, BMI_MORE_EQUAL);
    if (!r->e->status && !bmi_token_take_word(r, "and")) bmi_condition_expected(r, "\"and\" with the upper end");
    if (r->e->status) return;
    copy = once_more(r, o, end);
    sum(r, &high);
    if (high.kind == OF_TRUTH) as_number(r, &high);
    compare(r, &copy, &high, BMI_LESS_EQUAL);
    write_op(r, BMI_AND);
}

static void in_list(bmi_reader *r, operand *o)
{
    const size_t end = r->c->n;
    if (!bmi_token_is_sign(r, "(")) bmi_condition_expected(r, "\"(\" with a list of values");
    for (int n = 0; !r->e->status; n++) {
        operand value, copy = n ? once_more(r, o, end) : *o;
        bmi_token_next(r);
        sum(r, &value);
        if (value.kind == OF_TRUTH) as_number(r, &value);
        compare(r, &copy, &value, BMI_EQUAL);
        if (n) write_op(r, BMI_OR);
        if (bmi_token_is_sign(r, ")")) break;
        if (!r->e->status && !bmi_token_is_sign(r, ",")) bmi_condition_expected(r, "\",\" or \")\"");
    }
    bmi_token_next(r);
}

static void text_part(bmi_reader *r, const operand *o, text_test test)
{
    if (r->token != BMI_TOKEN_TEXT) bmi_condition_expected(r, "a 'text'");
    if (o->kind != OF_COLUMN || o->column->type != BM_COLUMN_TEXT)
        bmi_condition_wrong(r, o->at, "only a column of text contains texts");
    if (r->e->status) return;
    operand part = { .kind = OF_TEXT };
    part.text = bmi_token_content(r, &part.n);
    bmi_token_next(r);
    test_texts(r, o->column, test, BMI_EQUAL, &part);
}

static void missing(bmi_reader *r, operand *o)
{
    if (o->kind == OF_COLUMN) write_code(r, (bmi_instruction){ .op = BMI_TEST_MISSING, .a = o->column });
    else {
        as_number(r, o);
        write_op(r, BMI_IS_MISSING);
    }
}

/* What may stand behind an operand; false: nothing of the kind. */
static bool predicate(bmi_reader *r, operand *o)
{
    bmi_comparison how;
    if (comparison_sign(r, &how)) {
        operand other;
        if (o->kind == OF_TRUTH) as_number(r, o);
        bmi_token_next(r);
        sum(r, &other);
        if (!r->e->status) compare(r, o, &other, how);
        return true;
    }
    const bool is = bmi_token_take_word(r, "is"), no = bmi_token_take_word(r, "not");
    const bool word = bmi_token_is_word(r, "in") || bmi_token_is_word(r, "between") || bmi_token_is_word(r, "contains") ||
                      bmi_token_is_word(r, "starts") || bmi_token_is_word(r, "ends");
    if (word && !is && o->kind == OF_TRUTH) as_number(r, o);
    if (bmi_token_take_word(r, "missing")) missing(r, o);
    else if (is) bmi_condition_expected(r, "\"missing\"");
    else if (bmi_token_take_word(r, "in")) in_list(r, o);
    else if (bmi_token_take_word(r, "between")) between(r, o);
    else if (bmi_token_take_word(r, "contains")) text_part(r, o, CONTAINS);
    else if (bmi_token_take_word(r, "starts")) bmi_token_take_word(r, "with"), text_part(r, o, STARTS);
    else if (bmi_token_take_word(r, "ends")) bmi_token_take_word(r, "with"), text_part(r, o, ENDS);
    else if (no) bmi_condition_expected(r, "\"in\", \"between\", \"contains\", \"starts with\", \"ends with\" or \"missing\"");
    else return false;
    if (no) write_op(r, BMI_NOT);
    return true;
}

static void test(bmi_reader *r, operand *o)
{
    if (bmi_token_is_word(r, "not")) {
        const char *at = r->at;
        bmi_token_next(r);
        if (++r->deep > DEEP) bmi_condition_wrong(r, at, "more than %d words \"not\" are open", DEEP);
        if (!r->e->status) test(r, o);
        if (!r->e->status) as_truth(r, o);
        write_op(r, BMI_NOT);
        r->deep--;
        return;
    }
    sum(r, o);
    if (!r->e->status && predicate(r, o)) o->kind = OF_TRUTH;
}

static void every(bmi_reader *r, operand *o)
{
    test(r, o);
    while (!r->e->status && bmi_token_is_word(r, "and")) {
        operand other;
        as_truth(r, o);
        bmi_token_next(r);
        test(r, &other);
        if (!r->e->status) as_truth(r, &other);
        write_op(r, BMI_AND);
    }
}

static void any(bmi_reader *r, operand *o)
{
    every(r, o);
    while (!r->e->status && bmi_token_is_word(r, "or")) {
        operand other;
        as_truth(r, o);
        bmi_token_next(r);
        every(r, &other);
        if (!r->e->status) as_truth(r, &other);
        write_op(r, BMI_OR);
    }
}

bm_status bmi_condition_read(bmi_error *e, bm_place here, bmi_condition *c, const bm_table *t, const char *text)
{
    *c = (bmi_condition){ .context = t->object.context };
    if (!text) return bmi_fail(e, BM_E_ARGUMENT, here, "the condition is null");
    if (!bmi_is_utf8(text, strlen(text))) return bmi_fail(e, BM_E_ARGUMENT, here, "the condition is not UTF-8");
    const size_t room = 2 * strlen(text) + 2;
    bmi_reader r = { .c = c, .e = e, .here = here, .t = t, .all = text, .at = text };
    operand o;
    r.names = bmi_alloc_raw(c->context, room, 1);
    if (!r.names) return bmi_fail_memory(e, here, room, "a condition");
    bmi_token_next(&r);
    any(&r, &o);
    if (!e->status && r.token != BMI_TOKEN_END) bmi_condition_expected(&r, "a comparison, \"and\", \"or\" or the end");
    if (!e->status) as_truth(&r, &o);
    bmi_release(c->context, r.names, room, 1);
    return e->status;
}

void bmi_condition_end(bmi_condition *c)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->code[i].truths) bmi_release(c->context, c->code[i].truths, (size_t)c->code[i].a->dictionary.count, 1);
    bmi_release(c->context, c->code, c->capacity, sizeof *c->code);
    *c = (bmi_condition){ .context = c->context };
}
