#include "server/v1/query_text.h"

#include "server/qdrant/text_vectors.h"

namespace temblor {

Result<QueryText> read_query_text(const Schema& schema, const std::string& name,
                                  std::string_view text) {
    QueryText query;
    TEMBLOR_ASSIGN_OR_RETURN(query.vector, encode_query_text(schema, name, text));
    TEMBLOR_ASSIGN_OR_RETURN(query.terms, text_terms(text));
    return query;
}

}  // namespace temblor
