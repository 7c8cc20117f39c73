#pragma once

#include <cstdint>

// AddressSanitizer or ThreadSanitizer: gcc defines the first two, clang answers the others.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEMBLOR_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEMBLOR_SANITIZED 1
#endif
#endif

namespace temblor::testing {

/// Whether the tests run under a sanitizer, several times as slow.
#ifdef TEMBLOR_SANITIZED
inline constexpr bool kSanitized = true;
#undef TEMBLOR_SANITIZED
#else
inline constexpr bool kSanitized = false;
#endif

/// How many rounds or rows an expensive test takes: all in a plain build, some under a sanitizer.
/// What it asserts is the same.
constexpr uint32_t all_or_some(uint32_t all, uint32_t some) { return kSanitized ? some : all; }

}  // namespace temblor::testing
