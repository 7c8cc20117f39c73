#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <unicode/umachine.h>

namespace temblor {

/// GPT-2's alphabet: a printable character for each byte. Printable ASCII and Latin-1 stand for
/// themselves, the other 68 bytes are U+0100 and on, ascending.
UChar32 character_of_byte(uint8_t byte);

/// The byte that `character` stands for.
std::optional<uint8_t> byte_of_character(UChar32 character);

/// The bytes that `token`, well-formed UTF-8, spells in that alphabet; absent if it has other
/// characters.
std::optional<std::string> bytes_of_token(std::string_view token);

}  // namespace temblor
