// SPDX-License-Identifier: Apache-2.0
/* Joining tables by equal keys. The keys of one table, mostly the right one, are numbered (table_keys.c), its rows listed by number,
 * and each row of the other looks its number up. First all partners are counted, so that no list is too long and every part of the
 * rows knows where to write.
 */
#include "base/available.h"
#include "base/context.h"
#include "data/table_work.h"
#include <inttypes.h>
#include <string.h>

/* The walking table's rows meet the rows of the standing one, whose keys are numbered. */
typedef struct meeting {
    bmi_keys keys;                /* build: standing, probe: walking */
    uint32_t *start, *list;       /* rows of each key of the standing table; list null: each key has one row */
    uint32_t *walking, *standing; /* the pairs */
    int64_t *before;              /* pairs before each part */
    uint8_t *met;                 /* of full joins: standing rows that have a partner */
    int64_t pairs, room;
    int parts;
    bool alone; /* walking rows without a partner are pairs, too */
    bool semi, anti;
} meeting;

static int64_t partners(const meeting *m, int64_t row)
{
    const uint32_t id = m->keys.probe.ids[row];
    const int64_t n = id == BMI_NO_ROW ? 0 : m->list ? (int64_t)m->start[id + 1] - m->start[id] : 1;
    if (m->semi || m->anti) return (n > 0) == m->semi;
    return n ? n : m->alone;
}

static void count_part(void *arg, int part, int parts)
{
    const meeting *m = arg;
    int64_t begin, end, n = 0;
    bmi_slice(m->keys.probe.t->rows, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) n += partners(m, i);
    m->before[part] = n;
}

static void pair_part(void *arg, int part, int parts)
{
    const meeting *m = arg;
    const uint32_t *ids = m->keys.probe.ids;
    int64_t begin, end, at = m->before[part];
    bmi_slice(m->keys.probe.t->rows, 1, part, parts, &begin, &end);
    for (int64_t i = begin; i < end; i++) {
        const int64_t n = partners(m, i);
        if (!n) continue;
        if (m->semi || m->anti || ids[i] == BMI_NO_ROW) {
            m->walking[at] = (uint32_t)i;
            if (m->standing) m->standing[at] = BMI_NO_ROW;
            at++;
            continue;
        }
        for (int64_t k = 0; k < n; k++, at++) {
            m->walking[at] = (uint32_t)i;
            m->standing[at] = m->list ? m->list[m->start[ids[i]] + k] : m->start[ids[i]];
        }
    }
}

/* Rows of the standing table by their keys. */
static bool list_rows(meeting *m)
{
    const bmi_keys *k = &m->keys;
    const int64_t rows = k->build.t->rows;
    m->start = bmi_alloc(k->context, (size_t)k->count + 2, sizeof *m->start);
    if (!m->start) return false;
    int64_t keyed = 0;
    for (int64_t i = 0; i < rows; i++) keyed += k->build.ids[i] != BMI_NO_ROW;
    if (keyed == k->count) { /* each key once: no list */
        if (k->count) memcpy(m->start, k->first, k->count * sizeof *m->start);
        return true;
    }
    m->list = bmi_alloc_raw(k->context, (size_t)rows, sizeof *m->list);
    if (!m->list) return false;
    uint32_t *at = m->start + 1;
    for (int64_t i = 0; i < rows; i++)
        if (k->build.ids[i] != BMI_NO_ROW) at[k->build.ids[i] + 1]++;
    for (uint32_t i = 0; i < k->count; i++) at[i + 1] += at[i];
    for (int64_t i = 0; i < rows; i++)
        if (k->build.ids[i] != BMI_NO_ROW) m->list[at[k->build.ids[i]]++] = (uint32_t)i;
    return true;
}

/* Counts the pairs and refuses what would be too many, or more than there is memory for: `cells` bytes a row of the result. */
static bm_status count_pairs(bmi_error *e, bm_place here, meeting *m, size_t cells)
{
    bm_context *context = m->keys.context;
    size_t bytes, available;
    m->parts = bmi_parts(context, m->keys.probe.t->rows);
    m->before = bmi_alloc(context, (size_t)m->parts, sizeof *m->before);
    if (!m->before || !list_rows(m)) return bmi_fail_memory(e, here, (size_t)m->keys.build.t->rows * 8, "to join tables");
    bmi_parallel_exact(context, m->parts, count_part, m);
    for (int p = 0; p < m->parts; p++) {
        const int64_t n = m->before[p];
        m->before[p] = m->pairs;
        m->pairs += n;
    }
    if (m->pairs > (int64_t)BMI_ROWS_MOST)
        return bmi_fail(e, BM_E_UNSUPPORTED, here,
                        "join: the result would have %" PRId64 " rows, more than %" PRIu32
                        "; keys come often in both tables: join by more columns, or take one row a key first (bm_table_unique)",
                        m->pairs, BMI_ROWS_MOST);
    if (!bmi_mul_size((size_t)m->pairs, cells + 8, &bytes) || !bmi_memory_fits(context, bytes, &available))
        return bmi_fail(e, BM_E_MEMORY, here,
                        "join: the result would have %" PRId64
                        " rows, some %zu MB, and there is no memory for them; join by more "
                        "columns, or select fewer",
                        m->pairs, (size_t)m->pairs / 1000000 * (cells + 8));
    return BM_OK;
}

/* Makes the lists of rows of both tables, and behind them, of a full join, standing rows without a partner. */
static bm_status make_pairs(bmi_error *e, bm_place here, meeting *m, bool full)
{
    bm_context *context = m->keys.context;
    const int64_t standing = m->keys.build.t->rows;
    const bool one = m->semi || m->anti;
    m->room = m->pairs + (full ? standing : 0);
    m->walking = bmi_alloc_raw(context, (size_t)m->room, sizeof *m->walking);
    m->standing = one ? NULL : bmi_alloc_raw(context, (size_t)m->room, sizeof *m->standing);
    m->met = full ? bmi_alloc(context, (size_t)standing, 1) : NULL;
    if (!m->walking || (!one && !m->standing) || (full && !m->met))
        return bmi_fail_memory(e, here, (size_t)m->room * 8, "the pairs of a join");
    bmi_parallel_exact(context, m->parts, pair_part, m);
    if (!full) return BM_OK;
    for (int64_t i = 0; i < m->pairs; i++)
        if (m->standing[i] != BMI_NO_ROW) m->met[m->standing[i]] = 1;
    int64_t at = m->pairs;
    for (int64_t i = 0; i < standing; i++) {
        if (m->met[i]) continue;
        m->walking[at] = BMI_NO_ROW;
        m->standing[at++] = (uint32_t)i;
    }
    if (at > (int64_t)BMI_ROWS_MOST)
        return bmi_fail(e, BM_E_UNSUPPORTED, here, "join: the result would have %" PRId64 " rows, more than %" PRIu32, at,
                        BMI_ROWS_MOST);
    return BM_OK;
}

static void meeting_end(meeting *m)
{
    bm_context *context = m->keys.context;
    bmi_release(context, m->start, (size_t)m->keys.count + 2, sizeof *m->start);
    if (m->keys.build.t) bmi_release(context, m->list, (size_t)m->keys.build.t->rows, sizeof *m->list);
    bmi_release(context, m->walking, (size_t)m->room, sizeof *m->walking);
    bmi_release(context, m->standing, (size_t)m->room, sizeof *m->standing);
    if (m->keys.build.t) bmi_release(context, m->met, (size_t)m->keys.build.t->rows, 1);
    bmi_release(context, m->before, (size_t)m->parts, sizeof *m->before);
    bmi_keys_end(&m->keys);
}

/* ---- the result ---- */

typedef struct joining {
    const bm_table *left, *right;
    bm_table_join_options o;
    bm_names left_by, right_by;
    bm_table *result;
    const uint32_t *left_rows, *right_rows; /* null: as they are */
    int64_t rows, tail;                     /* of a full join: from tail on rows are of the right table alone */
    bmi_arena names;                        /* of columns with a suffix */
    bmi_taken *waiting;                     /* columns to be added together, `room` at most */
    size_t n_waiting, room;
} joining;

static bool listed(bm_names names, const char *name, size_t *at)
{
    for (*at = 0; *at < names.count; ++*at)
        if (!strcmp(names.at[*at], name)) return true;
    return false;
}

/* A key that has one name is one column. */
static bool one_column(const joining *j, const char *left_name)
{
    size_t at;
    return listed(j->left_by, left_name, &at) && !strcmp(j->right_by.at[at], left_name);
}

/* Adds the columns that wait. */
static bool add_waiting(bmi_error *e, bm_place here, joining *j)
{
    if (bmi_take(j->result, j->waiting, j->n_waiting, j->rows, here)) {
        const bmi_error *why = &j->result->object.error;
        if (why->status == BM_E_DATA) {
            bmi_fail(e, BM_E_DATA, (bm_place){ 0 }, "%s; give other suffixes to the join", why->text);
            j->result->object.error = (bmi_error){ 0 };
        } else bmi_fail_from(e, why);
    }
    j->n_waiting = 0;
    return !e->status;
}

/* One column more, with a suffix where both tables have a column of this name. */
static void add_column(bmi_error *e, bm_place here, joining *j, const bmi_column *from, const uint32_t *rows,
                       const char *suffix)
{
    const char *name = from->name;
    if (suffix) {
        const size_t n = strlen(name), m = strlen(suffix);
        char *joined = bmi_arena_alloc(&j->names, n + m + 1, 1);
        if (!joined) {
            bmi_fail_memory(e, here, n + m, "the name of a column");
            return;
        }
        memcpy(joined, name, n);
        memcpy(joined + n, suffix, m + 1);
        name = joined;
    }
    j->waiting[j->n_waiting++] = (bmi_taken){ from, name, rows };
}

/* The key of a full join: of the left rows, then of the right ones, real where one of both is. */
static bool add_full_key(bmi_error *e, bm_place here, joining *j, const bmi_column *left, const bmi_column *right)
{
    bm_context *context = j->result->object.context;
    bm_column_type type = left->type;
    if (!add_waiting(e, here, j)) return false;
    if (type != right->type && type != BM_COLUMN_REAL) type = right->type == BM_COLUMN_BOOL ? type : right->type;
    bmi_column *c = bmi_table_add(j->result, left->name, type, j->rows, here);
    if (!c) return !bmi_fail_from(e, &j->result->object.error);
    c->form = left->form;
    if (!bmi_put_cells(context, c, 0, left, j->left_rows, j->tail) ||
        !bmi_put_cells(context, c, j->tail, right, j->right_rows + j->tail, j->rows - j->tail))
        bmi_fail_memory(e, here, (size_t)j->rows * 8, "the keys of a join");
    return !e->status;
}

static void add_left(bmi_error *e, bm_place here, joining *j)
{
    const bool both = j->o.how != BM_JOIN_SEMI && j->o.how != BM_JOIN_ANTI;
    for (size_t i = 0; i < j->left->n_columns && !e->status; i++) {
        const bmi_column *c = &j->left->columns[i];
        const bool key = both && one_column(j, c->name);
        const int64_t there = both ? bm_table_find(j->right, c->name) : -1;
        if (key && j->o.how == BM_JOIN_FULL) {
            add_full_key(e, here, j, c, &j->right->columns[there]);
            continue;
        }
        const bool of_right = key && j->o.how == BM_JOIN_RIGHT;
        add_column(e, here, j, of_right ? &j->right->columns[there] : c, of_right ? j->right_rows : j->left_rows,
                   there < 0 || key   ? NULL
                   : j->o.left_suffix ? j->o.left_suffix
                                      : "_x");
    }
}

static void add_right(bmi_error *e, bm_place here, joining *j)
{
    for (size_t i = 0; i < j->right->n_columns && !e->status; i++) {
        const bmi_column *c = &j->right->columns[i];
        if (one_column(j, c->name)) continue;
        add_column(e, here, j, c, j->right_rows,
                   bm_table_find(j->left, c->name) < 0 ? NULL
                   : j->o.right_suffix                 ? j->o.right_suffix
                                                       : "_y");
    }
}

/* ---- the call ---- */

static void check(bmi_error *e, bm_place here, joining *j)
{
    const bm_table_join_options *o = &j->o;
    bmi_names_given(e, here, "join: the list .by", o->by);
    bmi_names_given(e, here, "join: the list .left_by", o->left_by);
    bmi_names_given(e, here, "join: the list .right_by", o->right_by);
    if (e->status) return;
    if ((unsigned)o->how >= BM_JOIN_KIND_COUNT_)
        bmi_fail(e, BM_E_ARGUMENT, here, "join: .how is %d, which is no kind of join", (int)o->how);
    if (o->by.count ? o->left_by.count || o->right_by.count : !o->left_by.count || o->left_by.count != o->right_by.count)
        bmi_fail(e, BM_E_ARGUMENT, here,
                 "join: name the columns by .by, or as many by .left_by as by .right_by (%zu, %zu, %zu)", o->by.count,
                 o->left_by.count, o->right_by.count);
    j->left_by = o->by.count ? o->by : o->left_by;
    j->right_by = o->by.count ? o->by : o->right_by;
}

static void check_types(bmi_error *e, bm_place here, const joining *j, const bmi_column *const *left,
                        const bmi_column *const *right)
{
    for (size_t i = 0; i < j->left_by.count && !e->status; i++) {
        const bm_column_type a = left[i]->type, b = right[i]->type;
        if (a != b && (!bmi_is_number(a) || !bmi_is_number(b)))
            bmi_fail(
                e, BM_E_TYPE, here,
                "join: key \"%.100s\" is %s in the left table and \"%.100s\" %s in the right one; they are never equal. Read "
                "both as text, or both as numbers",
                left[i]->name, bm_column_type_name(a), right[i]->name, bm_column_type_name(b));
    }
}

static size_t row_bytes(const bm_table *t)
{
    size_t bytes = 0;
    for (size_t i = 0; i < t->n_columns; i++) bytes += bmi_column_cell(t->columns[i].type);
    return bytes;
}

static void join(bmi_error *e, bm_place here, joining *j)
{
    const bm_join_kind how = j->o.how;
    const bool swapped = how == BM_JOIN_RIGHT, one = how == BM_JOIN_SEMI || how == BM_JOIN_ANTI;
    meeting m = { .keys = { .context = j->result->object.context, .n = j->left_by.count, .keep_missing = j->o.match_missing },
                  .alone = how == BM_JOIN_LEFT || how == BM_JOIN_FULL || how == BM_JOIN_RIGHT,
                  .semi = how == BM_JOIN_SEMI,
                  .anti = how == BM_JOIN_ANTI };
    bmi_key_side *left = swapped ? &m.keys.build : &m.keys.probe, *right = swapped ? &m.keys.probe : &m.keys.build;
    *left = (bmi_key_side){ .t = j->left };
    *right = (bmi_key_side){ .t = j->right };
    left->columns = bmi_key_columns(e, here, j->left, j->left_by, " in the left table to join by");
    if (left->columns) right->columns = bmi_key_columns(e, here, j->right, j->right_by, " in the right table to join by");
    if (right->columns) check_types(e, here, j, left->columns, right->columns);
    if (!e->status) bmi_keys_make(e, here, &m.keys);
    if (!e->status) count_pairs(e, here, &m, row_bytes(j->left) + (one ? 0 : row_bytes(j->right)));
    if (!e->status) make_pairs(e, here, &m, how == BM_JOIN_FULL);
    if (!e->status) {
        j->tail = m.pairs;
        j->rows = m.pairs;
        if (how == BM_JOIN_FULL)
            for (int64_t i = 0; i < j->right->rows; i++) j->rows += !m.met[i];
        j->left_rows = swapped ? m.standing : m.walking;
        j->right_rows = swapped ? m.walking : m.standing;
        j->names.context = m.keys.context;
        j->room = j->left->n_columns + j->right->n_columns;
        j->waiting = bmi_alloc(m.keys.context, j->room, sizeof *j->waiting);
        if (!j->waiting) bmi_fail_memory(e, here, j->room * sizeof *j->waiting, "the columns of a join");
        if (j->waiting) add_left(e, here, j);
        if (!one && !e->status) add_right(e, here, j);
        if (!e->status) add_waiting(e, here, j);
        bmi_release(m.keys.context, j->waiting, j->room, sizeof *j->waiting);
        bmi_arena_end(&j->names);
    }
    meeting_end(&m);
}

bm_table *bm_table_join_at(const bm_table *left, const bm_table *right, const bm_table_join_options *options, size_t size,
                           bm_place here)
{
    bm_table *result = bmi_result_of(left, here);
    joining j = { .left = left, .right = right, .result = result };
    bmi_error e = { 0 };
    if (bmi_object_failed(result)) return result;
    if (bmi_object_failed(right)) {
        bmi_object_fail_with(result, right, here, "the right table");
        return result;
    }
    if (right->rows > (int64_t)BMI_ROWS_MOST)
        bmi_fail(&e, BM_E_UNSUPPORTED, here, "join: the right table has %" PRId64 " rows; at most %" PRIu32 " can be joined",
                 right->rows, BMI_ROWS_MOST);
    bmi_options_copy(&e, here, &j.o, sizeof j.o, offsetof(bm_table_join_options, named_), options, size);
    if (!e.status) check(&e, here, &j);
    if (!e.status) join(&e, here, &j);
    bmi_result_fail(result, &e);
    return result;
}
