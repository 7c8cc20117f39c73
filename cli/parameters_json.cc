#include "cli/parameters_json.h"

#include <string>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace temblor::cli {

boost::json::object parameters_json(const BuildParameters& parameters) {
    boost::json::object object;
    object["pruning"] = parameters.pruning == PruningKind::kFixedSize ? "fixed" : "global";
    object["n_postings"] = parameters.n_postings;
    object["max_fraction"] = parameters.max_fraction;
    object["centroid_fraction"] = parameters.centroid_fraction;
    object["summary_energy"] = parameters.summary_energy;
    object["min_cluster_size"] = parameters.min_cluster_size;
    object["doc_cut"] = parameters.doc_cut;
    object["forward"] = std::string(forward_kind_name(parameters.forward));
    object["seed"] = parameters.seed;
    return object;
}

}  // namespace temblor::cli
