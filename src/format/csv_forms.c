// SPDX-License-Identifier: Apache-2.0
/* Columns of text that are numbers as people write them: with decimal commas, thousands separators, percent signs, a currency or a unit,
 * or with a few cells that are no numbers. Such a column becomes numbers, which a note tells; its form is kept with it.
 *
 * All cells of a column must fit one form. Where "1,234" may have a decimal comma or a thousands separator throughout, the other
 * columns of the file decide, then its delimiter: a semicolon goes with decimal commas.
 */
#include "format/csv_inside.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Texts among numbers are taken as missing when there are at least LEAST_NUMBERS numbers, at least 19 in 20 cells are numbers, and the
 * texts are not more than MOST_OTHERS different ones. From 9 in 10 on it is told why a column stays text. */
enum { LEAST_NUMBERS = 20, MOST_OTHERS = 10, MOST_NOTES = 8, SHOWN = 3 };
/* A unit is taken off when all cells have it and there are that many different numbers: "2WD" and "4WD" are names. */
enum { LEAST_OF_UNIT = 3 };

/* What the texts of a column are. */
typedef struct verdict {
    unsigned fits;         /* forms that all its numbers have */
    bmi_number_form style; /* percent, currency and unit of its numbers */
    int32_t example;       /* the longest of its numbers; -1: it has none */
    int32_t other_way;     /* a number that is written in another way, or -1 */
    int32_t n_others, others[SHOWN];
    int64_t numbers, other_rows, marks; /* cells; marks: those that mean a missing cell */
    bmi_number_form unit;               /* style of the others that are numbers with the most frequent unit */
    int32_t units, unit_example;        /* different such texts; the longest of them */
    unsigned unit_fits;
    int64_t unit_rows; /* cells */
} verdict;

typedef enum text_kind { IS_NUMBER, IS_MISSING, IS_MARKER, IS_OTHER, HAS_UNIT } text_kind; /* a marker: NA in quotes */

static const char *text_of(const bmi_column *c, int32_t code, size_t *n)
{
    return bmi_dictionary_text(&c->dictionary, code, n);
}

/* The forms of a text that the file's decimal sign allows. */
static unsigned forms_of(const bmi_csv_work *w, const char *text, size_t n, bmi_number_form *style)
{
    unsigned fits = bmi_number_form_fits(text, n, style), of_thousands = 1; /* the plain form has none */
    for (unsigned k = 1; w->options->thousands && k < BMI_NUMBER_FORMS; k++)
        if (bmi_number_forms[k].thousands == w->options->thousands) of_thousands |= 1u << k;
    if (w->options->thousands) fits &= of_thousands & (w->options->thousands == '.' ? ~1u : ~0u);
    if (w->options->decimal == ',') return fits & BMI_NUMBER_FORMS_OF_COMMA;
    return w->options->decimal ? fits & BMI_NUMBER_FORMS_OF_POINT : fits;
}

static text_kind judge_text(const bmi_csv_work *w, const bmi_column *c, int32_t code, verdict *v)
{
    size_t n, longest;
    bmi_number_form style;
    const char *text = text_of(c, code, &n);
    if (!n || (!w->named_marks && bmi_cell_is_missing(text, n))) return IS_MARKER;
    if (bmi_number_is_missing(text, n)) return IS_MISSING;
    const unsigned fits = forms_of(w, text, n, &style);
    if (!fits || *style.unit) {
        if (v->n_others < SHOWN) v->others[v->n_others] = code;
        v->n_others++;
        if (!fits) return IS_OTHER;
        const bool same = bmi_number_form_same_style(&style, &v->unit);
        if (!v->units) v->unit = style; /* Boyer and Moore's vote; settle_unit counts */
        v->units += same || !v->units ? 1 : -1;
        return HAS_UNIT;
    }
    if (v->example < 0) v->style = style;
    if (!bmi_number_form_same_style(&style, &v->style) || !(v->fits & fits)) {
        if (v->other_way < 0) v->other_way = code;
        return IS_NUMBER;
    }
    v->fits &= fits;
    if (v->example >= 0) text_of(c, v->example, &longest);
    if (v->example < 0 || n > longest) v->example = code;
    return IS_NUMBER;
}

/* Which of the numbers with a unit have the most frequent one: the others are texts. */
static void settle_unit(const bmi_csv_work *w, const bmi_column *c, uint8_t *kind, verdict *v)
{
    size_t longest = 0;
    v->units = 0;
    v->unit_fits = ~0u;
    for (int32_t code = 0; *v->unit.unit && code < c->dictionary.count; code++) {
        bmi_number_form style;
        size_t n;
        if (kind[code] != HAS_UNIT) continue;
        const char *text = text_of(c, code, &n);
        const unsigned fits = forms_of(w, text, n, &style);
        if (!bmi_number_form_same_style(&style, &v->unit)) {
            kind[code] = IS_OTHER;
            continue;
        }
        v->unit_fits &= fits;
        if (!v->units++ || n > longest) v->unit_example = code, longest = n;
    }
}

/* A column of numbers that all have one unit. */
static void take_unit(verdict *v)
{
    if (v->example >= 0 || v->units < LEAST_OF_UNIT || v->n_others != v->units || !v->unit_fits) return;
    v->fits = v->unit_fits;
    v->style = v->unit;
    v->example = v->unit_example;
    v->numbers = v->unit_rows;
    v->other_rows = v->n_others = v->units = 0;
}

bool bmi_csv_count(const bmi_csv_work *w, const bmi_column *c, bmi_csv_census *into)
{
    if (w->census) {
        *into = w->census[c - w->out->columns];
        into->counts_room = into->first_room = 0; /* borrowed */
        return true;
    }
    const size_t n = (size_t)c->dictionary.count;
    const int32_t *codes = c->values;
    *into = (bmi_csv_census){ .counts_room = n, .first_room = n };
    into->counts = bmi_alloc(w->context, n, sizeof *into->counts);
    into->first = bmi_alloc(w->context, n, sizeof *into->first);
    for (int64_t r = 0; into->counts && into->first && r < w->out->rows; r++)
        if (codes[r] >= 0 && !into->counts[codes[r]]++) into->first[codes[r]] = r;
    return into->counts && into->first;
}

void bmi_csv_count_end(const bmi_csv_work *w, bmi_csv_census *counted)
{
    if (w->census) return;
    bmi_release(w->context, counted->counts, counted->counts_room, sizeof *counted->counts);
    bmi_release(w->context, counted->first, counted->first_room, sizeof *counted->first);
}

/* Looks at the texts of a column. False when there is no memory. */
static bool judge(const bmi_csv_work *w, const bmi_column *c, verdict *v)
{
    const size_t count = (size_t)c->dictionary.count;
    uint8_t *kind = bmi_alloc_raw(w->context, count, 1);
    if (!kind) return false;
    *v = (verdict){ .fits = ~0u, .example = -1, .other_way = -1 };
    for (size_t code = 0; code < count; code++) kind[code] = (uint8_t)judge_text(w, c, (int32_t)code, v);
    settle_unit(w, c, kind, v);
    bmi_csv_census census = { 0 };
    const bool counted = (v->example < 0 && !v->units) || bmi_csv_count(w, c, &census);
    for (size_t code = 0; census.counts && code < count; code++) {
        const int64_t cells = census.counts[code];
        v->numbers += kind[code] == IS_NUMBER ? cells : 0;
        v->marks += kind[code] == IS_MISSING ? cells : 0;
        v->other_rows += kind[code] >= IS_OTHER ? cells : 0;
        v->unit_rows += kind[code] == HAS_UNIT ? cells : 0;
    }
    bmi_csv_count_end(w, &census);
    bmi_release(w->context, kind, count, 1);
    take_unit(v);
    return counted;
}

static bool is_number_column(const bmi_csv_work *w, const verdict *v)
{
    if (v->example < 0 || v->other_way >= 0) return false;
    if (w->fill && v->numbers > v->other_rows) return true;
    return !v->n_others || (v->n_others <= MOST_OTHERS && v->numbers >= LEAST_NUMBERS && v->numbers >= 19 * v->other_rows);
}

/* What the file says about the decimal sign. */
typedef struct decimal_sign {
    char sign; /* ',' or '.' */
    bool sure; /* by a column that can be read in one way only, or by the caller */
    const bmi_column *point,
        *comma; /* columns that say both, where such are: a number read with a point; a text with a comma */
} decimal_sign;

static bool has_fractions(const bmi_csv_work *w, const bmi_column *c)
{
    const double *values = c->values;
    for (int64_t r = 0; r < w->out->rows; r++)
        if (isfinite(values[r]) && values[r] != floor(values[r])) return true;
    return false;
}

static decimal_sign find_decimal(const bmi_csv_work *w, const verdict *verdicts)
{
    bool point = false, comma = false;
    decimal_sign found = { .sign = w->options->decimal, .sure = true };
    if (found.sign) return found;
    for (size_t c = 0; c < w->n_columns; c++) {
        const verdict *v = &verdicts[c];
        const bool number = w->out->columns[c].type == BM_COLUMN_TEXT && is_number_column(w, v);
        const bool real = w->out->columns[c].type == BM_COLUMN_REAL, commas = number && !(v->fits & BMI_NUMBER_FORMS_OF_POINT);
        point |= real || (number && !(v->fits & BMI_NUMBER_FORMS_OF_COMMA));
        comma |= commas;
        if (real && !found.point && has_fractions(w, &w->out->columns[c])) found.point = &w->out->columns[c];
        if (commas && !found.comma) found.comma = &w->out->columns[c];
    }
    found.sure = point != comma;
    found.sign = (found.sure ? comma : w->dialect.delimiter == ';') ? ',' : '.';
    return found;
}

/* The first form that fits: those of the decimal sign before the others; plain ones first unless the sign is surely a comma. */
static unsigned choose_form(unsigned fits, decimal_sign decimal)
{
    static const uint8_t point[] = { 0, 1, 2, 3, 7, 4, 5, 6 }, maybe_comma[] = { 0, 4, 5, 6, 1, 2, 3, 7 },
                         comma[] = { 4, 5, 6, 0, 1, 2, 3, 7 };
    const uint8_t *order = decimal.sign == '.' ? point : decimal.sure ? comma : maybe_comma;
    for (size_t i = 0; i < BMI_NUMBER_FORMS; i++)
        if (fits >> order[i] & 1) return order[i];
    return 0;
}

/* Whether numbers are there that mean something else with the other decimal sign. */
static bool is_ambiguous(unsigned fits, decimal_sign decimal)
{
    const unsigned both = BMI_NUMBER_FORMS_OF_POINT | BMI_NUMBER_FORMS_OF_COMMA;
    return !decimal.sure && fits & BMI_NUMBER_FORMS_OF_POINT & ~1u && fits & BMI_NUMBER_FORMS_OF_COMMA && (fits | 1u) != both;
}

bool bmi_csv_as_numbers(bmi_csv_work *w, bmi_column *c, const bmi_number_form *form, bool whole)
{
    const size_t count = (size_t)c->dictionary.count, rows = (size_t)w->out->rows;
    union {
        double real;
        int64_t whole;
    } *of = bmi_alloc_raw(w->context, count, sizeof *of), *values = bmi_alloc_raw(w->context, rows, sizeof *values);
    const int32_t *codes = c->values;
    bool fine = of && values;
    for (size_t code = 0; fine && code < count; code++) {
        size_t n;
        bool integer;
        double real;
        int64_t exact;
        const char *text = text_of(c, (int32_t)code, &n);
        const bool number = !bmi_number_is_missing(text, n) && bmi_number_form_read(form, text, n, &real, &integer, &exact);
        if (whole) of[code].whole = number ? exact : INT64_MIN;
        else of[code].real = number ? real : NAN;
    }
    for (size_t r = 0; fine && r < rows; r++) {
        if (codes[r] >= 0) values[r] = of[codes[r]];
        else if (whole) values[r].whole = INT64_MIN;
        else values[r].real = NAN;
    }
    bmi_release(w->context, of, count, sizeof *of);
    if (fine) {
        bmi_csv_replace(w, c, whole ? BM_COLUMN_INTEGER : BM_COLUMN_REAL, values, rows * sizeof *values);
        c->form = *form;
    } else bmi_release(w->context, values, rows, sizeof *values);
    return fine;
}

/* Whether all numbers of a column are integers within int64. */
static bool is_whole(const bmi_column *c, const bmi_number_form *form)
{
    for (int32_t code = 0; code < c->dictionary.count; code++) {
        size_t n;
        bool integer;
        double real;
        int64_t whole;
        const char *text = text_of(c, code, &n);
        if (!bmi_number_is_missing(text, n) && bmi_number_form_read(form, text, n, &real, &integer, &whole) &&
            whole == INT64_MIN)
            return false;
    }
    return true;
}

/* `"a", "b" ...` of the texts that are no numbers. */
static void list_others(const bmi_column *c, const verdict *v, char into[300])
{
    size_t n = 0;
    for (int32_t i = 0; i < v->n_others && i < SHOWN; i++)
        n += (size_t)snprintf(into + n, 300 - n, "%s\"%.60s\"", i ? ", " : "", text_of(c, v->others[i], NULL));
    if (v->n_others > SHOWN) snprintf(into + n, 300 - n, " ...");
}

/* The longest of the numbers that show what is peculiar to their form: separators, where any has them. */
static int32_t find_example(const bmi_column *c, const verdict *v, const bmi_number_form *form)
{
    int32_t found = v->example;
    size_t n, most = 0;
    if (!form->thousands || form->thousands == ' ') return found; /* which are there in other texts, too */
    for (int32_t code = 0; code < c->dictionary.count; code++) {
        double value;
        bool integer;
        int64_t whole;
        const char *text = text_of(c, code, &n);
        if (!strchr(text, form->thousands) || n <= most || !bmi_number_form_read(form, text, n, &value, &integer, &whole))
            continue;
        found = code;
        most = n;
    }
    return found;
}

/* Tells what is peculiar to the numbers of a form: "has percent signs: "39%" is read as 39". */
static bool note_form(bmi_csv_work *w, const bmi_column *c, const verdict *v, const bmi_number_form *form, bool ambiguous)
{
    size_t n;
    const char *text = text_of(c, find_example(c, v, form), &n), *words[5];
    double value = NAN;
    bool integer;
    int64_t whole;
    char number[32], list[200] = "", sign[40], unit[40];
    int count = 0;
    if (form->decimal == ',' && strchr(text, ',')) words[count++] = "decimal commas";
    if (form->thousands == ' ' || (form->thousands && strchr(text, form->thousands)))
        words[count++] = form->indian ? "thousands separators in Indian groups (lakh, crore)" : "thousands separators";
    if (form->percent) words[count++] = "percent signs";
    if (form->currency) {
        snprintf(sign, sizeof sign, "signs of currency (%s)", bmi_currency_sign(form->currency));
        words[count++] = sign;
    }
    if (*form->unit) {
        snprintf(unit, sizeof unit, "the unit \"%s\"", form->unit);
        words[count++] = unit;
    }
    if (!count) return true;
    for (int i = 0; i < count; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", !i ? "" : i + 1 == count ? " and " : ", ", words[i]);
    bmi_number_form_read(form, text, n, &value, &integer, &whole);
    bmi_write_real(number, value);
    const bool doubt = ambiguous && strchr(text, ','), comma = form->decimal == ',';
    return bmi_notes_add_as(!doubt  ? BMI_NOTE
                            : comma ? BMI_ADVICE_IS_POINT
                                    : BMI_ADVICE_IS_COMMA,
                            w->context, &w->out->notes, "%.100s has %s: \"%.60s\" is read as %s%s", c->name, list, text, number,
                            !doubt  ? ""
                            : comma ? "; if the comma is no decimal comma, \001say that the decimal sign is a point\002"
                                    : "; if the comma is a decimal comma, \001say that it is the decimal sign\002");
}

static bool note_missing(bmi_csv_work *w, const bmi_column *c, const verdict *v)
{
    char others[300] = "";
    const int64_t rest = v->other_rows + v->marks;
    size_t n;
    if (!rest) return true;
    list_others(c, v, others);
    for (int32_t code = 0; code < c->dictionary.count && !*others; code++) {
        const char *text = text_of(c, code, &n);
        if (bmi_number_is_missing(text, n)) snprintf(others, sizeof others, "\"%.60s\"", text);
    }
    return bmi_notes_add(w->context, &w->out->notes,
                         "%.100s: %" PRId64 " of %" PRId64 " cells are numbers; the other%s (%s) %s taken as missing", c->name,
                         v->numbers, v->numbers + rest, rest == 1 ? "" : "s", others, rest == 1 ? "is" : "are");
}

/* Why a column that nearly is numbers with a unit stays text. */
static bool note_unit(bmi_csv_work *w, const bmi_column *c, const verdict *v)
{
    const int64_t cells = v->numbers + v->other_rows;
    char why[200] = "they are written in several ways";
    int32_t other = -1;
    for (int32_t code = 0; code < c->dictionary.count && other < 0; code++) {
        bmi_number_form style;
        size_t n;
        const char *text = text_of(c, code, &n);
        if (!bmi_number_is_missing(text, n) && !(forms_of(w, text, n, &style) && bmi_number_form_same_style(&style, &v->unit)))
            other = code;
    }
    if (other >= 0) snprintf(why, sizeof why, "\"%.60s\" has it not", text_of(c, other, NULL));
    return bmi_notes_add(w->context, &w->out->notes,
                         "%.100s: %" PRId64 " of %" PRId64 " cells are numbers with the unit \"%s\", but %s: it stays text; "
                         "write all in one unit or as plain numbers; texts that mean a missing cell can be named",
                         c->name, v->unit_rows, cells, v->unit.unit, why);
}

/* Why a column that nearly is numbers stays text. */
static bool note_text(bmi_csv_work *w, const bmi_column *c, const verdict *v)
{
    char others[300] = "";
    const int64_t without = v->numbers + v->other_rows - v->unit_rows;
    if (v->units >= LEAST_OF_UNIT && v->unit_rows >= LEAST_NUMBERS && v->unit_rows >= 9 * without) return note_unit(w, c, v);
    if (v->example < 0 || v->numbers < LEAST_NUMBERS || v->numbers < 9 * v->other_rows) return true;
    if (v->other_way >= 0)
        return bmi_notes_add(
            w->context, &w->out->notes,
            "%.100s looks like numbers, but they are written in several ways (\"%.60s\", \"%.60s\"): it stays text", c->name,
            text_of(c, v->example, NULL), text_of(c, v->other_way, NULL));
    list_others(c, v, others);
    return bmi_notes_add(w->context, &w->out->notes,
                         "%.100s: %" PRId64 " of %" PRId64
                         " cells are numbers, the others are %s: it stays text; texts that mean a missing cell can be named",
                         c->name, v->numbers, v->numbers + v->other_rows, others);
}

bool bmi_csv_as_truth(bmi_csv_work *w, bmi_column *c)
{
    const size_t rows = (size_t)w->out->rows;
    const int32_t *codes = c->values;
    uint8_t *values = bmi_alloc_raw(w->context, rows, 1);
    if (!values) return false;
    for (size_t r = 0; r < rows; r++) {
        size_t n;
        const char *text = codes[r] < 0 ? NULL : text_of(c, codes[r], &n);
        const int truth = text ? bmi_cell_bool(text, n) : -1;
        values[r] = truth < 0 ? BMI_BOOL_MISSING : (uint8_t)truth;
    }
    bmi_csv_replace(w, c, BM_COLUMN_BOOL, values, rows);
    return true;
}

/* Whether a column is true or false throughout, where the decimal sign was given and all columns were read as text. */
static bool is_truth(const bmi_column *c)
{
    size_t n;
    for (int32_t code = 0; code < c->dictionary.count; code++) {
        const char *text = text_of(c, code, &n);
        if (n && !bmi_cell_is_missing(text, n) && bmi_cell_bool(text, n) < 0) return false;
    }
    return c->dictionary.count;
}

/* "1.795" beside "12,50": the point may part thousands, of which nothing is left to see once it is a number. */
static bool note_both_signs(bmi_csv_work *w, decimal_sign decimal)
{
    return !decimal.point || !decimal.comma ||
           bmi_notes_add_as(
               BMI_ADVICE_IS_COMMA, w->context, &w->out->notes,
               "%.100s is read with decimal points, though %.100s has decimal commas; if its points part thousands, "
               "\001say that the comma is the decimal sign\002",
               decimal.point->name, decimal.comma->name);
}

static bool settle_column(bmi_csv_work *w, bmi_column *c, const verdict *v, decimal_sign decimal, int *notes)
{
    const uint8_t asked = w->asked[c - w->out->columns];
    const bool commas = w->options->decimal == ',' || w->options->thousands == '.'; /* all columns were read as text */
    if (!asked && !is_number_column(w, v))
        return commas && v->example < 0 && is_truth(c) ? bmi_csv_as_truth(w, c) : note_text(w, c, v);
    bmi_number_form form = bmi_number_forms[choose_form(v->fits, decimal)];
    form.percent = v->style.percent;
    form.currency = v->style.currency;
    memcpy(form.unit, v->style.unit, sizeof form.unit);
    if (asked) return bmi_csv_to_asked(w, (size_t)(c - w->out->columns), v->example < 0 ? &bmi_number_forms[0] : &form);
    if (*notes < MOST_NOTES) {
        const size_t before = w->out->notes.count;
        if (!note_form(w, c, v, &form, is_ambiguous(v->fits, decimal)) || !note_missing(w, c, v)) return false;
        *notes += w->out->notes.count > before;
    } else ++*notes;
    return bmi_csv_as_numbers(w, c, &form, is_whole(c, &form));
}

/* A column of texts that may be numbers: none that shall be text or times, with a recipe, which knows its forms, only what was asked. */
static bool is_open(const bmi_csv_work *w, size_t c)
{
    const uint8_t asked = w->asked[c];
    if (w->out->columns[c].type != BM_COLUMN_TEXT || asked == BM_COLUMN_TEXT || asked == BM_COLUMN_TIME) return false;
    return asked || !w->options->recipe;
}

bm_status bmi_csv_number_forms(bmi_csv_work *w)
{
    bool fine = true, any = false;
    int notes = 0;
    verdict *verdicts = NULL;
    for (size_t c = 0; c < w->n_columns; c++) any |= is_open(w, c);
    if (!any) return BM_OK;
    fine = (verdicts = bmi_alloc(w->context, w->n_columns, sizeof *verdicts));
    for (size_t c = 0; fine && c < w->n_columns; c++) {
        verdicts[c] = (verdict){ .example = -1, .other_way = -1 };
        if (is_open(w, c)) fine = judge(w, &w->out->columns[c], &verdicts[c]);
    }
    const decimal_sign decimal = fine ? find_decimal(w, verdicts) : (decimal_sign){ 0 };
    for (size_t c = 0; fine && c < w->n_columns; c++)
        if (is_open(w, c)) fine = settle_column(w, &w->out->columns[c], &verdicts[c], decimal, &notes);
    fine = fine && note_both_signs(w, decimal);
    if (fine && notes > MOST_NOTES)
        fine = bmi_notes_add(w->context, &w->out->notes, "%d more columns are numbers in such forms", notes - MOST_NOTES);
    bmi_release(w->context, verdicts, w->n_columns, sizeof *verdicts);
    if (fine || w->error->status) return w->error->status;
    return bmi_fail_memory(w->error, w->here, (size_t)w->out->rows * 8, "the numbers of a column");
}
