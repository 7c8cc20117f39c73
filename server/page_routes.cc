#include "server/page_routes.h"

#include <algorithm>

#include "server/embedded_files.h"
#include "server/problem.h"

namespace temblor {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
    if (name.ends_with(".html")) return "text/html; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    return "text/javascript; charset=utf-8";
}

}  // namespace

HttpResponse page(std::string_view file) {
    const auto files = page_files();
    const auto at = std::find_if(files.begin(), files.end(),
                                 [&](const EmbeddedFile& one) { return one.name == file; });
    if (at == files.end())
        return error_response(ErrorShape::kProblem, 404, "no such part of the page");
    HttpResponse response;
    response.content_type = type_of(file);
    response.body = at->content;
    response.headers = {{"Content-Security-Policy", std::string(kPolicy)},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cache-Control", "no-cache"}};
    return response;
}

HttpResponse page_route(Service&, HttpRequest& request) { return page(request.parameters.front()); }

}  // namespace temblor
