#pragma once

#include <memory>
#include <string>

#include "data/status.h"
#include "index/collection/store.h"

namespace temblor::cli {

/// How a command opens collections: nothing is built or checked in the background.
StoreOptions command_store_options();

/// The store in `folder`. Errors also: kNotFound when there is none.
Result<std::unique_ptr<Store>> open_store(const std::string& folder);

/// The collections of `store`, or the one of this name. Errors: kNotFound.
Result<std::vector<StoredCollection>> chosen_collections(const Store& store,
                                                         const std::string& name);

}  // namespace temblor::cli
