#include "server/mcp/origin.h"

#include <string>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace temblor {
namespace {

namespace urls = boost::urls;

bool is_loopback(const urls::url_view& url) {
    switch (url.host_type()) {
        case urls::host_type::ipv4:
            return url.host_ipv4_address().is_loopback();
        case urls::host_type::ipv6:
            return url.host_ipv6_address().is_loopback();
        case urls::host_type::name:
            return url.host() == "localhost";
        default:
            return false;
    }
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host, bool guarded) {
    const auto from = urls::parse_uri({origin.data(), origin.size()});
    if (!from || (from->scheme() != "http" && from->scheme() != "https")) return false;
    if (is_loopback(*from)) return true;
    const std::string to_text = "http://" + std::string(host);
    const auto to = urls::parse_uri(to_text);
    if (!to || to->host() != from->host()) return false;
    const bool is_address =
        from->host_type() == urls::host_type::ipv4 || from->host_type() == urls::host_type::ipv6;
    return is_address || guarded;
}

}  // namespace temblor
