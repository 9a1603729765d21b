// SPDX-License-Identifier: Apache-2.0
/* --help of a subcommand: how it is called, what it does, its options from the table, examples. */
#include "cli/cli.h"
#include <string.h>

enum { WIDE = 96, LEFT = 30 };

/* Text in lines of at most WIDE columns, those after the first behind `indent` blanks. */
static void wrapped(const char *text, int column, int indent, FILE *to)
{
    while (*text) {
        const int n = (int)strcspn(text, " ");
        if (column > indent && column + 1 + n > WIDE) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", n, text);
        column += n;
        text += n + strspn(text + n, " ");
    }
    fputc('\n', to);
}

void cli_help(const cli_command *command, FILE *to)
{
    char left[64];
    const char *doc;
    fprintf(to, "usage: baeum %s %s [options]\n\n%s\n\noptions\n", command->name, command->arguments, command->about);
    for (int i = 0; cli_option_at(command, i, left, &doc); i++) {
        const int n = fprintf(to, "  %s", left);
        if (n > LEFT - 2) fprintf(to, "\n%*s", LEFT, "");
        else fprintf(to, "%*s", LEFT - n, "");
        wrapped(doc, LEFT, LEFT, to);
    }
    fprintf(to, "\nexamples\n%s\n", command->examples);
}
