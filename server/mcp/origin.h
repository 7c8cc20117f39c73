#pragma once

#include <string_view>

namespace temblor {

/// Whether a request of a browser with the header Origin `origin` may come through, `host` being
/// its header Host. A page of a foreign name can point that name at this machine (DNS rebinding);
/// then both headers carry it. So these may: pages of localhost and of loopback addresses; pages of
/// the very host the request goes to, if that is an address and not a name, or if `guarded`: the
/// server asks for keys, which foreign pages do not have.
bool is_own_origin(std::string_view origin, std::string_view host, bool guarded);

}  // namespace temblor
