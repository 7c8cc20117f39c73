#include "server/openapi_route.h"

#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "server/embedded_files.h"

namespace temblor {
namespace {

/// Of the content: the same file has the same tag in every process.
std::string tag_of(std::string_view content) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data());
    std::string tag = "\"";
    for (size_t i = 0; i < 16; ++i) fmt::format_to(std::back_inserter(tag), "{:02x}", digest[i]);
    return tag + '"';
}

}  // namespace

HttpResponse openapi_route(Service&, HttpRequest& request) {
    const std::string_view document = openapi_files().front().content;
    static const std::string tag = tag_of(document);
    HttpResponse response;
    response.headers = {{"ETag", tag}, {"Cache-Control", "no-cache"}};
    // Tags hold no comma and no other tag, so a list of them, weak ones too, is searched as text.
    const std::string_view known = request.head.header("If-None-Match");
    if (known == "*" || known.find(tag) != std::string_view::npos) {
        response.status = 304;
    } else {
        response.body = document;
    }
    return response;
}

}  // namespace temblor
