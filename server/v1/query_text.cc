#include "server/v1/query_text.h"

namespace temblor {

Result<QueryText> read_query_text(const Schema&, const std::string& name, std::string_view) {
    return Status::unimplemented("the sparse vector \"" + name +
                                 "\" has no text encoder: ask with sparse or dense");
}

}  // namespace temblor
