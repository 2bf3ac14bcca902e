// A target needs a source; the library itself is the toolchain's.
#include "LibFuzzer.h"
