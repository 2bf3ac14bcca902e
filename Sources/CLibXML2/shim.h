#ifndef FIREBREAK_CLIBXML2_SHIM_H
#define FIREBREAK_CLIBXML2_SHIM_H
/* Some distributions build libxml2 with ICU, whose header clashes with Foundation's own copy. */
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#endif
