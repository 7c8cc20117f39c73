#include "server/mcp/origin.h"

#include <optional>
#include <string>

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace temblor {
namespace {

namespace urls = boost::urls;

/// The address that the host is, and not the beginning of a name: none for names.
std::optional<boost::asio::ip::address> address_of(const urls::url_view& url) {
    std::string host = url.host();
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    if (error) return std::nullopt;
    return address;
}

}  // namespace

bool is_own_origin(std::string_view origin, std::string_view host, bool guarded) {
    const auto from = urls::parse_uri({origin.data(), origin.size()});
    if (!from || (from->scheme() != "http" && from->scheme() != "https")) return false;
    // An origin ends with its host or port. Boost 1.81 takes what follows an address for a path.
    if (std::string_view(from->encoded_origin()) != origin) return false;
    const auto address = address_of(*from);
    if (address ? address->is_loopback() : from->host() == "localhost") return true;
    const std::string to_text = "http://" + std::string(host);
    const auto to = urls::parse_uri(to_text);
    if (!to || to->host() != from->host()) return false;
    return address || guarded;
}

}  // namespace temblor
