#include "server/http/content_coding.h"

#include <algorithm>

#include <boost/beast/core/string.hpp>
#include <zlib.h>

namespace temblor {
namespace {

constexpr size_t kPlainPiece = 64 << 10;
constexpr int kEitherHeader = 15 + 32;  // zlib's: recognise gzip and zlib

}  // namespace

Result<std::string> decode_content(std::string_view coding, std::string_view coded,
                                   uint64_t limit) {
    const auto is = [&](const char* name) {
        return boost::beast::iequals(boost::beast::string_view(coding.data(), coding.size()), name);
    };
    if (coding.empty() || is("identity")) return std::string(coded);
    if (!is("gzip") && !is("x-gzip") && !is("deflate")) {
        return Status::unimplemented("Content-Encoding: expected gzip or deflate, got '" +
                                     std::string(coding.substr(0, 40)) + "'");
    }
    z_stream stream{};
    if (inflateInit2(&stream, kEitherHeader) != Z_OK) return Status::resource_exhausted("zlib");
    std::string out;
    Status status;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
    size_t left = coded.size();
    int code = Z_OK;
    while (code != Z_STREAM_END && status.is_ok()) {
        if (stream.avail_in == 0) {
            const size_t piece = std::min<size_t>(left, 1 << 30);
            stream.avail_in = static_cast<uInt>(piece);
            left -= piece;
        }
        const size_t before = out.size();
        // A byte past the limit tells that there is more.
        const size_t room =
            limit - before >= kPlainPiece ? kPlainPiece : static_cast<size_t>(limit - before) + 1;
        out.resize(before + room);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
        stream.avail_out = static_cast<uInt>(room);
        code = inflate(&stream, Z_NO_FLUSH);
        out.resize(before + room - stream.avail_out);
        if (out.size() > limit) {
            status = Status::resource_exhausted("the decoded body has more than " +
                                                std::to_string(limit) + " bytes");
        } else if (code == Z_BUF_ERROR ||
                   (code == Z_OK && stream.avail_in == 0 && left == 0 && stream.avail_out > 0)) {
            status = Status::invalid_argument("Content-Encoding: the body is cut short");
        } else if (code != Z_OK && code != Z_STREAM_END) {
            status = Status::invalid_argument("Content-Encoding: the body is not gzip or deflate");
        } else if (code == Z_STREAM_END && (stream.avail_in > 0 || left > 0)) {
            // Another member (RFC 1952), which must be one.
            code = inflateReset(&stream);
        }
    }
    inflateEnd(&stream);
    if (!status.is_ok()) return status;
    return out;
}

}  // namespace temblor
