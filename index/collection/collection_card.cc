#include "index/collection/collection_card.h"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <simdjson.h>

#include "data/io/atomic_file.h"

namespace temblor {
namespace {

std::string card_path(const std::string& folder) { return folder + "/collection.json"; }

}  // namespace

Status CollectionCard::write(const std::string& folder, FileSystem& files) const {
    const std::string text =
        "{\"name\":" + boost::json::serialize(boost::json::value(boost::json::string(name))) +
        ",\"schema\":" + schema.to_json() + "}\n";
    TEMBLOR_ASSIGN_OR_RETURN(const auto file, AtomicFile::create(card_path(folder), files));
    TEMBLOR_RETURN_IF_ERROR(file->write(std::as_bytes(std::span(text))));
    return file->commit();
}

Result<CollectionCard> CollectionCard::read(const std::string& folder, FileSystem& files) {
    const std::string path = card_path(folder);
    TEMBLOR_ASSIGN_OR_RETURN(const auto mapped, files.map(path));
    const auto bytes = mapped->bytes();
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    std::string_view name;
    simdjson::dom::element schema;
    if (parser.parse(reinterpret_cast<const char*>(bytes.data()), bytes.size()).get(root) !=
            simdjson::SUCCESS ||
        root["name"].get(name) != simdjson::SUCCESS ||
        root["schema"].get(schema) != simdjson::SUCCESS) {
        return Status::corruption(path + ": expected a JSON object with name and schema");
    }
    auto parsed = Schema::from_json(simdjson::minify(schema));
    if (!parsed.is_ok()) return Status::corruption(path + ": " + parsed.status().message());
    return CollectionCard{std::string(name), std::move(parsed).value()};
}

}  // namespace temblor
