#pragma once

#include <string>
#include <string_view>

#include "data/status.h"
#include "server/http/http_request.h"

namespace temblor {

/// Whether a Content-Type is multipart/form-data.
bool is_form(std::string_view content_type);

/// The one file of a form (multipart/form-data, RFC 7578), read as it comes: a few pieces of
/// `body` are in memory at a time, whatever its size. A form with another field, or with none, is
/// refused; so is a file that is coded (Content-Transfer-Encoding). Not thread-safe.
class MultipartBody final : public BodyReader {
public:
    /// Before a part and after the last, and a part's headers, are at most so many bytes.
    static constexpr size_t kMaxHead = 8 << 10;

    /// Reads until the field called `field` begins. `body` outlives it. Errors: kInvalidArgument
    /// (no boundary, not a form, another field), those of `body`.
    static Result<MultipartBody> open(BodyReader& body, std::string_view content_type,
                                      std::string_view field);

    /// The next bytes of the file; empty at its end, when the form has ended, too. Errors:
    /// kInvalidArgument (another field follows, the form is cut off), those of the body.
    Result<std::string> read() override;

private:
    MultipartBody(BodyReader& body, std::string boundary)
        : body_(&body), delimiter_("\r\n--" + std::move(boundary)) {}

    Status skip_preamble();
    Status read_headers(std::string_view field);
    Status read_end();
    /// Appends to buffer_; kInvalidArgument at the end.
    Status fill();

    BodyReader* body_;
    std::string delimiter_;
    std::string buffer_;
    bool at_end_ = false;
};

}  // namespace temblor
