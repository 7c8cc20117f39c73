#include "server/http/multipart_body.h"

#include <algorithm>
#include <optional>

#include <boost/beast/http/rfc7230.hpp>

namespace temblor {
namespace {

constexpr size_t kMaxBoundary = 70;  // RFC 2046

Status wrong_form(std::string_view what) {
    return Status::invalid_argument("body: " + std::string(what));
}

/// The value before the first ';' of a header, without blanks around it.
std::string_view main_value(std::string_view header) {
    std::string_view value = header.substr(0, header.find(';'));
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    return value;
}

/// Equal but for the case of letters. (Beast's iequals looks at the byte after the end.)
bool same(std::string_view a, std::string_view b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
}

/// A parameter of a header: name="value".
std::optional<std::string> parameter(std::string_view header, std::string_view name) {
    const size_t start = std::min(header.find(';'), header.size());
    const std::string_view rest = header.substr(start);
    for (const auto& [key, value] : boost::beast::http::param_list({rest.data(), rest.size()})) {
        if (same({key.data(), key.size()}, name)) return std::string(value.data(), value.size());
    }
    return std::nullopt;
}

}  // namespace

bool is_form(std::string_view content_type) {
    return same(main_value(content_type), "multipart/form-data");
}

Result<MultipartBody> MultipartBody::open(BodyReader& body, std::string_view content_type,
                                          std::string_view field) {
    std::optional<std::string> boundary = parameter(content_type, "boundary");
    if (!is_form(content_type) || !boundary || boundary->empty() ||
        boundary->size() > kMaxBoundary) {
        return Status::invalid_argument(
            "Content-Type: expected multipart/form-data with a boundary of 1 to 70 characters");
    }
    MultipartBody form(body, *std::move(boundary));
    TEMBLOR_RETURN_IF_ERROR(form.skip_preamble());
    TEMBLOR_RETURN_IF_ERROR(form.read_headers(field));
    return form;
}

Status MultipartBody::fill() {
    TEMBLOR_ASSIGN_OR_RETURN(const std::string piece, body_->read());
    if (piece.empty()) return wrong_form("the form is cut off, expected its last boundary");
    buffer_ += piece;
    return Status::ok();
}

/// Leaves buffer_ just after the first delimiter.
Status MultipartBody::skip_preamble() {
    buffer_ = "\r\n";  // the first delimiter may begin the body
    size_t at = 0;
    while ((at = buffer_.find(delimiter_)) == std::string::npos) {
        if (buffer_.size() > kMaxHead) return wrong_form("expected the boundary of a form");
        TEMBLOR_RETURN_IF_ERROR(fill());
    }
    buffer_.erase(0, at + delimiter_.size());
    return Status::ok();
}

Status MultipartBody::read_headers(std::string_view field) {
    const std::string expected = "expected a field '" + std::string(field) + "'";
    size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (buffer_.substr(0, 2) == "--") return wrong_form(expected + ", got an empty form");
        if (buffer_.size() > kMaxHead) break;
        TEMBLOR_RETURN_IF_ERROR(fill());
    }
    if (end > kMaxHead) {
        return wrong_form("the headers of a field have more than " + std::to_string(kMaxHead) +
                          " bytes");
    }
    std::string_view lines(buffer_.data(), end);
    std::optional<std::string> name;
    const size_t padding = std::min(lines.find_first_not_of(" \t"), lines.size());
    lines.remove_prefix(padding);
    if (!lines.empty() && lines.substr(0, 2) != "\r\n")
        return wrong_form("expected a line's end after a boundary");
    while (!lines.empty()) {
        lines.remove_prefix(2);
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(line.size());
        const size_t colon = line.find(':');
        if (colon == std::string_view::npos) return wrong_form("a field's header without a colon");
        std::string_view value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        if (same(line.substr(0, colon), "Content-Disposition")) {
            if (!same(main_value(value), "form-data"))
                return wrong_form("Content-Disposition: expected form-data");
            name = parameter(value, "name");
        } else if (same(line.substr(0, colon), "Content-Transfer-Encoding") &&
                   !same(value, "binary") && !same(value, "8bit") && !same(value, "7bit")) {
            return wrong_form("Content-Transfer-Encoding: expected binary");
        }
    }
    if (!name) return wrong_form(expected + ", got one without a name");
    if (*name != field) return wrong_form(expected + " alone, got '" + name->substr(0, 100) + "'");
    buffer_.erase(0, end + 4);
    return Status::ok();
}

Result<std::string> MultipartBody::read() {
    if (at_end_) return std::string();
    while (true) {
        const size_t at = buffer_.find(delimiter_);
        if (at != std::string::npos) {
            std::string last = buffer_.substr(0, at);
            buffer_.erase(0, at + delimiter_.size());
            TEMBLOR_RETURN_IF_ERROR(read_end());
            return last;
        }
        // A delimiter may have begun in what is held back.
        if (buffer_.size() > delimiter_.size()) {
            const size_t ready = buffer_.size() - delimiter_.size();
            std::string piece = buffer_.substr(0, ready);
            buffer_.erase(0, ready);
            return piece;
        }
        TEMBLOR_RETURN_IF_ERROR(fill());
    }
}

/// After the file's delimiter: the form's end, then nothing of note.
Status MultipartBody::read_end() {
    while (buffer_.size() < 2) TEMBLOR_RETURN_IF_ERROR(fill());
    if (buffer_.substr(0, 2) != "--") return wrong_form("expected one field, got another");
    at_end_ = true;
    size_t after = buffer_.size();
    while (after <= kMaxHead) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string piece, body_->read());
        if (piece.empty()) return Status::ok();
        after += piece.size();
    }
    return wrong_form("more than " + std::to_string(kMaxHead) + " bytes after the form");
}

}  // namespace temblor
