#pragma once

namespace temblor {

/// Prints the broken invariant and aborts. For bugs in Temblor, never for input.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace temblor

/// Aborts when an invariant of the code itself does not hold; always compiled in.
#define TEMBLOR_CHECK(condition)                                     \
    do {                                                             \
        if (!(condition)) [[unlikely]]                               \
            ::temblor::check_failed(#condition, __FILE__, __LINE__); \
    } while (false)
