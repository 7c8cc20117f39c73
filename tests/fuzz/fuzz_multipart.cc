#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/check.h"
#include "server/http/multipart_body.h"

namespace {

using namespace temblor;

class Pieces final : public BodyReader {
public:
    Pieces(std::string_view text, size_t size) : text_(text), size_(size) {}
    Result<std::string> read() override {
        std::string piece(text_.substr(0, size_));
        text_.remove_prefix(piece.size());
        return piece;
    }

private:
    std::string_view text_;
    size_t size_;
};

/// The file of a form that comes in pieces of `size` bytes; nothing when it is refused.
std::optional<std::string> read_form(std::string_view type, std::string_view body, size_t size) {
    Pieces pieces(body, size);
    auto form = MultipartBody::open(pieces, type, "snapshot");
    std::string content;
    while (form.is_ok()) {
        const auto piece = form->read();
        if (!piece.is_ok()) return std::nullopt;
        if (piece->empty()) return content;
        content += *piece;
    }
    return std::nullopt;
}

}  // namespace

/// The first line is the Content-Type, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const size_t line = std::min(text.find('\n'), text.size());
    const std::string_view type = text.substr(0, line);
    const std::string_view body = text.substr(std::min(line + 1, text.size()));
    const auto whole = read_form(type, body, std::max<size_t>(body.size(), 1));
    if (whole) TEMBLOR_CHECK(whole->size() < body.size());
    // How a small body is cut makes no difference.
    if (body.size() < MultipartBody::kMaxHead) TEMBLOR_CHECK(read_form(type, body, 3) == whole);
    return 0;
}
