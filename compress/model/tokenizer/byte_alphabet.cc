#include "compress/model/tokenizer/byte_alphabet.h"

#include "compress/model/tokenizer/aligned_text.h"

namespace temblor {
namespace {

constexpr UChar32 kFirstSubstitute = 0x100;
constexpr size_t kSubstitutes = 68;

struct ByteAlphabet {
    std::array<UChar32, 256> characters{};
    std::array<uint8_t, kSubstitutes> substituted{};
};

constexpr ByteAlphabet make_byte_alphabet() {
    ByteAlphabet made;
    size_t next = 0;
    for (size_t byte = 0; byte < 256; ++byte) {
        const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
        if (printable) {
            made.characters[byte] = static_cast<UChar32>(byte);
        } else {
            made.characters[byte] = kFirstSubstitute + static_cast<UChar32>(next);
            made.substituted[next++] = static_cast<uint8_t>(byte);
        }
    }
    return made;
}

constexpr ByteAlphabet kByteAlphabet = make_byte_alphabet();

}  // namespace

UChar32 character_of_byte(uint8_t byte) { return kByteAlphabet.characters[byte]; }

std::optional<uint8_t> byte_of_character(UChar32 character) {
    if (character < kFirstSubstitute) {
        if (character < 0 ||
            kByteAlphabet.characters[static_cast<size_t>(character)] != character) {
            return std::nullopt;
        }
        return static_cast<uint8_t>(character);
    }
    const auto place = static_cast<size_t>(character - kFirstSubstitute);
    if (place >= kSubstitutes) return std::nullopt;
    return kByteAlphabet.substituted[place];
}

std::optional<std::string> bytes_of_token(std::string_view token) {
    std::string bytes;
    for (size_t i = 0; i < token.size();) {
        const auto byte = byte_of_character(next_character(token, i));
        if (!byte) return std::nullopt;
        bytes.push_back(static_cast<char>(*byte));
    }
    return bytes;
}

}  // namespace temblor
