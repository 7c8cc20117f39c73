#pragma once

#include "server/http/http_request.h"
#include "server/http/http_response.h"
#include "server/service.h"

namespace temblor {

/// The page itself, and GET /page/{file}: what it is made of. Nothing else may be loaded or run by
/// it (Content-Security-Policy), and nobody may frame it.
HttpResponse page(std::string_view file);
HttpResponse page_route(Service& service, HttpRequest& request);

}  // namespace temblor
