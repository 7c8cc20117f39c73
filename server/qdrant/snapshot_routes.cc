#include "server/qdrant/snapshot_routes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "server/http/multipart_body.h"
#include "server/http/request_id.h"
#include "server/problem.h"
#include "server/request_json.h"
#include "server/v1/task_routes.h"

namespace temblor {
namespace {

namespace dom = simdjson::dom;
namespace fs = std::filesystem;

constexpr std::string_view kEnding = ".snapshot";
constexpr std::string_view kFormField = "snapshot";  // of Qdrant's clients
constexpr std::string_view kFileScheme = "file://";

/// A task of `request`, which ends when nobody waits for the answer.
Tasks::Running begin_task(Service& service, const HttpRequest& request, std::string kind) {
    return service.tasks().begin(std::move(kind), request.parameters.front(), request.cancelled);
}

fs::path snapshots_folder(Service& service) {
    return fs::path(service.options().data_folder) / "snapshots";
}

fs::path folder_of(Service& service, const Collection& collection) {
    return snapshots_folder(service) / fs::path(collection.folder()).filename();
}

/// Letters, digits, '.', '-' and '_', the first being a letter or digit.
bool is_plain_name(std::string_view name) {
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= 255 && is_word(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_word(c) || c == '.' || c == '-' || c == '_'; });
}

Result<fs::path> snapshot_path(Service& service, const HttpRequest& request) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    const std::string& name = request.parameters[1];
    const Status missing = Status::not_found("no snapshot '" + name + "'");
    if (!is_plain_name(name)) return missing;
    const fs::path path = folder_of(service, *collection) / name;
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return missing;
    return path;
}

std::string time_text(std::time_t time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(time));
}

void describe(const fs::path& path, JsonWriter& result) {
    std::error_code error;
    const uint64_t size = fs::file_size(path, error);
    const auto written = fs::last_write_time(path, error);
    const auto age = fs::file_time_type::clock::now() - written;
    const auto when = std::chrono::system_clock::now() -
                      std::chrono::duration_cast<std::chrono::system_clock::duration>(age);
    result.begin_object().member("name", path.filename().string());
    result.member("creation_time", time_text(std::chrono::system_clock::to_time_t(when)));
    result.member("size", error ? uint64_t{0} : size).key("checksum").null().end_object();
}

/// A snapshot of ours at `location`, which is a file under DATA/snapshots.
Result<fs::path> local_snapshot(Service& service, std::string_view location) {
    if (location.substr(0, kFileScheme.size()) == kFileScheme) {
        location.remove_prefix(kFileScheme.size());
    } else if (location.find("://") != std::string_view::npos) {
        return Status::invalid_argument(
            "body.location: expected a file under the server's snapshots, got a URL");
    }
    std::error_code error;
    const fs::path root = fs::weakly_canonical(snapshots_folder(service), error);
    fs::path path(location);
    if (path.is_relative()) path = root / path;
    path = fs::weakly_canonical(path, error);
    const auto end = std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first;
    if (error || end != root.end() || !fs::is_regular_file(path, error)) {
        return Status::invalid_argument("body.location: expected a file under " + root.string());
    }
    return path;
}

/// Where the next snapshot of `collection` goes.
Result<fs::path> new_snapshot(Service& service, const Collection& collection) {
    const fs::path folder = folder_of(service, collection);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Status::io_error(folder.string(), error.value());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return folder / fmt::format("{}{}", micros, kEnding);
}

Status make_snapshot(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    TEMBLOR_ASSIGN_OR_RETURN(const fs::path path, new_snapshot(service, *collection));
    auto task = begin_task(service, request, "snapshot");
    TEMBLOR_RETURN_IF_ERROR(task.end(collection->snapshot(path.string(), task)));
    describe(path, result);
    return Status::ok();
}

/// Takes the archive into a file and makes the collection of it.
Status restore_upload(Service& service, const HttpRequest& request, BodyReader& archive,
                      Progress& progress) {
    const fs::path folder = snapshots_folder(service);
    std::error_code error;
    fs::create_directories(folder, error);
    const fs::path path = folder / ("upload-" + request_id_of({}) + ".tmp");
    struct Remove {
        const fs::path& path;
        ~Remove() {
            std::error_code ignored;
            fs::remove(path, ignored);
        }
    } const remove{path};
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    uint64_t bytes = 0;
    while (true) {
        TEMBLOR_ASSIGN_OR_RETURN(const std::string piece, archive.read());
        if (piece.empty()) break;
        if (progress.cancelled()) return Status::cancelled("the upload was cancelled");
        if (!file.write(piece.data(), static_cast<std::streamsize>(piece.size())))
            return Status::io_error(path.string(), errno);
        bytes += piece.size();
        progress.report("uploading", bytes, request.head.content_length.value_or(0));
    }
    file.close();
    if (!file) return Status::io_error(path.string(), errno);
    const auto restored =
        service.store().restore_collection(request.parameters.front(), path.string(), progress);
    if (!restored.is_ok() && restored.status().code() == StatusCode::kCorruption)
        return Status::invalid_argument("body: " + restored.status().message());
    return restored.status();
}

}  // namespace

Status list_snapshots(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const auto collection, route_collection(service, request));
    std::vector<fs::path> paths;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder_of(service, *collection), error)) {
        if (entry.path().extension() == kEnding) paths.push_back(entry.path());
    }
    std::sort(paths.begin(), paths.end());
    result.begin_array();
    for (const fs::path& path : paths) describe(path, result);
    result.end_array();
    return Status::ok();
}

HttpResponse create_snapshot(Service& service, HttpRequest& request) {
    const auto wait = request.head.query.find("wait");
    const bool waits = wait == request.head.query.end() || wait->second == "true";
    if (!waits && wait->second != "false") {
        return error_response(ErrorShape::kQdrant,
                              Status::invalid_argument("wait: expected true or false, got '" +
                                                       wait->second.substr(0, 40) + "'"));
    }
    if (waits) return run_qdrant(service, request, make_snapshot);
    auto collection = route_collection(service, request);
    if (!collection.is_ok()) return error_response(ErrorShape::kQdrant, collection.status());
    auto path = new_snapshot(service, **collection);
    if (!path.is_ok()) return error_response(ErrorShape::kQdrant, path.status());
    const auto task =
        service.tasks().start("snapshot", request.parameters.front(),
                              [held = *std::move(collection), to = path->string()](
                                  Progress& progress) { return held->snapshot(to, progress); });
    if (!task.is_ok()) return error_response(ErrorShape::kQdrant, task.status());
    JsonWriter json;
    json.begin_object().member("status", "accepted").member("time", 0.0).key("task");
    write_task(*task, json);
    json.end_object();
    return accepted_task(*task, json);
}

HttpResponse download_snapshot(Service& service, HttpRequest& request) {
    auto path = snapshot_path(service, request);
    if (!path.is_ok()) return error_response(ErrorShape::kQdrant, path.status());
    HttpResponse response;
    response.content_type = "application/x-tar";
    response.file = path->string();
    response.headers.emplace_back("Content-Disposition",
                                  "attachment; filename=\"" + path->filename().string() + "\"");
    return response;
}

Status delete_snapshot(Service& service, HttpRequest& request, JsonWriter& result) {
    TEMBLOR_ASSIGN_OR_RETURN(const fs::path path, snapshot_path(service, request));
    std::error_code error;
    if (!fs::remove(path, error)) return Status::io_error(path.string(), error.value());
    result.boolean(true);
    return Status::ok();
}

Status recover_snapshot(Service& service, HttpRequest& request, JsonWriter& result) {
    static constexpr std::array<std::string_view, 4> kNames = {"location", "priority", "checksum",
                                                               "api_key"};
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element body, parse_body(request, service.limits()));
    const JsonPlace place("body");
    TEMBLOR_ASSIGN_OR_RETURN(const auto m, read_members(body, place, kNames));
    const JsonPlace at(place, "location");
    TEMBLOR_ASSIGN_OR_RETURN(const dom::element given, needed(m[0], at));
    TEMBLOR_ASSIGN_OR_RETURN(const std::string location, read_text(given, at, {}));
    for (size_t i = 1; i < kNames.size(); ++i)
        TEMBLOR_RETURN_IF_ERROR(read_text(m[i], {place, kNames[i]}, {}).status());
    TEMBLOR_ASSIGN_OR_RETURN(const fs::path path, local_snapshot(service, location));
    auto task = begin_task(service, request, "restore");
    const auto restored =
        service.store().restore_collection(request.parameters.front(), path.string(), task);
    TEMBLOR_RETURN_IF_ERROR(task.end(restored.status()));
    result.boolean(true);
    return Status::ok();
}

Status upload_snapshot(Service& service, HttpRequest& request, JsonWriter& result) {
    if (request.stream == nullptr) return Status::invalid_argument("body: expected an archive");
    if (!request.head.header("Content-Encoding").empty())
        return Status::invalid_argument("Content-Encoding: expected none for an archive");
    BodyReader* archive = request.stream;
    std::optional<MultipartBody> form;
    const std::string_view type = request.head.header("Content-Type");
    if (is_form(type)) {
        TEMBLOR_ASSIGN_OR_RETURN(form, MultipartBody::open(*archive, type, kFormField));
        archive = &*form;
    }
    auto task = begin_task(service, request, "restore");
    TEMBLOR_RETURN_IF_ERROR(task.end(restore_upload(service, request, *archive, task)));
    result.boolean(true);
    return Status::ok();
}

}  // namespace temblor
