#include "server/v1/import_routes.h"

#include <vector>

#include "index/collection/point_json.h"
#include "index/collection/write_operations.h"
#include "server/json_writer.h"
#include "server/problem.h"
#include "server/request_json.h"
#include "server/request_texts.h"

namespace temblor {
namespace {

constexpr size_t kBatchPoints = 1'000;
constexpr size_t kBatchBytes = size_t{8} << 20;
constexpr size_t kHeldBack = size_t{32} << 20;

class Import {
public:
    Import(Service& service, HttpRequest& request, std::shared_ptr<Collection> collection,
           BodyWriter& answer)
        : service_(service),
          request_(request),
          collection_(std::move(collection)),
          answer_(answer),
          task_(service.tasks().begin("import", request.parameters.front())) {}

    void run() {
        const Status status = task_.end(read_and_commit());
        if (!status.is_ok()) tell(line_ + 1, status);
        (void)answer_.write(out_);
    }

private:
    Status read_and_commit() {
        Status status = read_all();
        commit();
        task_.report("lines", line_, 0);
        return status;
    }

    Status read_all() {
        std::string text;
        while (request_.stream != nullptr) {
            TEMBLOR_ASSIGN_OR_RETURN(const std::string piece, request_.stream->read());
            if (piece.empty()) break;
            if (task_.cancelled()) return Status::cancelled("the import was cancelled");
            text += piece;
            size_t begin = 0;
            for (size_t end = 0; (end = text.find('\n', begin)) != std::string::npos;
                 begin = end + 1) {
                TEMBLOR_RETURN_IF_ERROR(add({text.data() + begin, end - begin}));
            }
            text.erase(0, begin);
            if (text.size() > service_.limits().body_bytes) {
                return Status::invalid_argument("the line has more than " +
                                                std::to_string(service_.limits().body_bytes) +
                                                " bytes");
            }
        }
        return text.empty() ? Status::ok() : add(text);
    }

    /// Not ok ends the import.
    Status add(std::string_view text) {
        ++line_;
        if (text.find_first_not_of(" \t\r") == std::string_view::npos) return Status::ok();
        auto point = read(text);
        if (!point.is_ok()) {
            commit();  // so that answers come in order
            tell(line_, point.status());
        } else {
            points_.push_back(*std::move(point));
            lines_.push_back(line_);
            bytes_ += text.size();
            if (points_.size() >= kBatchPoints || bytes_ >= kBatchBytes) commit();
        }
        if (out_.size() < kHeldBack) return Status::ok();
        Status status = answer_.write(out_);
        out_.clear();
        return status;
    }

    Result<Point> read(std::string_view text) {
        TEMBLOR_ASSIGN_OR_RETURN(const auto json, parse_json(text, "line", service_.limits()));
        const auto version = collection_->version();
        const Schema& schema = *version->schema;
        RequestTexts texts(service_.encoders(), request_.cancelled);
        TEMBLOR_ASSIGN_OR_RETURN(Point point, read_with_texts(texts, [&] {
                                     return read_point(json, JsonPlace("point"),
                                                       texts.reader(TextSide::kDocument, schema));
                                 }));
        TEMBLOR_RETURN_IF_ERROR(schema.validate(point));
        return point;
    }

    void commit() {
        if (points_.empty()) return;
        const auto receipt = collection_->write(upsert_points(std::move(points_)));
        for (const uint64_t line : lines_)
            tell(line, receipt.is_ok() ? Status::ok() : receipt.status());
        points_.clear();
        lines_.clear();
        bytes_ = 0;
        task_.report("lines", line_, 0);
    }

    void tell(uint64_t line, const Status& status) {
        JsonWriter json;
        json.begin_object().member("line", line).member("ok", status.is_ok());
        if (!status.is_ok()) json.member("error", status.message());
        json.end_object();
        out_ += json.text();
        out_ += '\n';
    }

    Service& service_;
    HttpRequest& request_;
    const std::shared_ptr<Collection> collection_;
    BodyWriter& answer_;
    Tasks::Running task_;
    std::vector<Point> points_;
    std::vector<uint64_t> lines_;  ///< of points_
    size_t bytes_ = 0;
    uint64_t line_ = 0;
    std::string out_;
};

}  // namespace

HttpResponse import_route(Service& service, HttpRequest& request) {
    auto collection = service.store().collection(request.parameters.front());
    if (!collection.is_ok()) return error_response(ErrorShape::kProblem, collection.status());
    if (!request.head.header("Content-Encoding").empty()) {
        return error_response(ErrorShape::kProblem, 415,
                              "Content-Encoding: expected none for an import");
    }
    HttpResponse response;
    response.content_type = "application/x-ndjson";
    response.streamed = [&service, &request, held = *std::move(collection)](BodyWriter& answer) {
        Import(service, request, held, answer).run();
    };
    return response;
}

}  // namespace temblor
