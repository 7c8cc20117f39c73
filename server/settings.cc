#include "server/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compress/model/model_options.h"
#include "server/http/cors_policy.h"
#include "server/settings_toml.h"

namespace temblor {
namespace {

using Text = std::string;

template <typename Number>
Status read_number(const Text& text, Number& number, Number least) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number >= least)
        return Status::ok();
    return Status::invalid_argument(fmt::format("expected a whole number from {} to {}, got '{}'",
                                                least, std::numeric_limits<Number>::max(), text));
}

Status read_truth(const Text& text, bool& truth) {
    if (text != "true" && text != "false")
        return Status::invalid_argument("expected true or false, got '" + text + "'");
    truth = text == "true";
    return Status::ok();
}

Setting text(Text name, Text help, Text ServerSettings::*member, bool is_secret = false) {
    return {std::move(name),
            std::move(help),
            is_secret,
            true,
            [member](ServerSettings& s, const Text& value) {
                s.*member = value;
                return Status::ok();
            },
            [member](const ServerSettings& s) { return s.*member; }};
}

Setting truth(Text name, Text help, bool ServerSettings::*member) {
    return {std::move(name),
            std::move(help),
            false,
            false,
            [member](ServerSettings& s, const Text& value) { return read_truth(value, s.*member); },
            [member](const ServerSettings& s) { return Text(s.*member ? "true" : "false"); }};
}

/// A number that `of` finds in the settings.
template <typename Of>
Setting number(Text name, Text help, Of of, uint64_t least = 1) {
    return {std::move(name),
            std::move(help),
            false,
            false,
            [of, least](ServerSettings& s, const Text& value) {
                auto& target = of(s);
                using Number = std::remove_reference_t<decltype(target)>;
                return read_number<Number>(value, target, static_cast<Number>(least));
            },
            [of](const ServerSettings& s) {
                return fmt::format("{}", of(const_cast<ServerSettings&>(s)));
            }};
}

template <typename Of>
Setting millis(Text name, Text help, Of of) {
    return {std::move(name),
            std::move(help) + " (milliseconds)",
            false,
            false,
            [of](ServerSettings& s, const Text& value) {
                uint32_t count = 0;
                TEMBLOR_RETURN_IF_ERROR(read_number<uint32_t>(value, count, 1));
                of(s) = std::chrono::milliseconds(count);
                return Status::ok();
            },
            [of](const ServerSettings& s) {
                return fmt::format("{}", of(const_cast<ServerSettings&>(s)).count());
            }};
}

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warning", "error", "off"};

Setting level() {
    return {
        "log_level",
        "debug, info, warning, error or off",
        false,
        true,
        [](ServerSettings& s, const Text& value) {
            const auto at = std::find(kLevels.begin(), kLevels.end(), value);
            if (at == kLevels.end()) {
                return Status::invalid_argument(
                    "expected debug, info, warning, error or off, got '" + value + "'");
            }
            s.log_level = static_cast<AccessLog::Level>(at - kLevels.begin());
            return Status::ok();
        },
        [](const ServerSettings& s) { return Text(kLevels[static_cast<size_t>(s.log_level)]); }};
}

Setting listen() {
    return {
        "listen",
        "ADDRESS:PORT; an IPv6 address in brackets; port 0 is any",
        false,
        true,
        [](ServerSettings& s, const Text& value) {
            const size_t colon = value.rfind(':');
            if (colon == Text::npos)
                return Status::invalid_argument("expected ADDRESS:PORT, got '" + value + "'");
            Text address = value.substr(0, colon);
            if (address.size() > 2 && address.front() == '[' && address.back() == ']')
                address = address.substr(1, address.size() - 2);
            TEMBLOR_RETURN_IF_ERROR(read_number<uint16_t>(value.substr(colon + 1), s.http.port, 0));
            s.http.address = std::move(address);
            s.listen = value;
            return Status::ok();
        },
        [](const ServerSettings& s) { return s.listen; }};
}

#define TEMBLOR_LIMIT_(member) \
    [](ServerSettings & s) -> auto& { return s.http.limits.member; }
#define TEMBLOR_HTTP_(member) \
    [](ServerSettings & s) -> auto& { return s.http.member; }

Setting cors_origins() {
    Setting setting{"cors_origins",
                    "Origins whose pages may use the server; * is any",
                    false,
                    false,
                    [](ServerSettings& s, const Text& value) {
                        std::vector<Text> origins = split_setting(value);
                        for (const Text& origin : origins)
                            TEMBLOR_RETURN_IF_ERROR(CorsPolicy::check(origin));
                        s.http.cors_origins = std::move(origins);
                        return Status::ok();
                    },
                    [](const ServerSettings& s) {
                        return fmt::format("{}", fmt::join(s.http.cors_origins, ","));
                    }};
    setting.is_list = true;
    return setting;
}

Setting http_text(Text name, Text help, Text HttpServerOptions::*member) {
    return {std::move(name),
            std::move(help),
            false,
            true,
            [member](ServerSettings& s, const Text& value) {
                s.http.*member = value;
                return Status::ok();
            },
            [member](const ServerSettings& s) { return s.http.*member; }};
}

constexpr size_t kMostModels = 100;
constexpr size_t kModelNameBytes = 100;

Status check_model_name(const Text& name) {
    constexpr std::string_view kMarks = "._/-";
    const bool fits = std::all_of(name.begin(), name.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMarks.find(c) != std::string_view::npos;
    });
    if (fits && !name.empty() && name.size() <= kModelNameBytes) return Status::ok();
    return Status::invalid_argument(
        fmt::format("expected a name of at most {} letters, digits and . _ / -, got '{}'",
                    kModelNameBytes, name));
}

Setting models() {
    Setting setting{
        "models",
        "Models for text, NAME=FOLDER of Hugging Face's files",
        false,
        false,
        [](ServerSettings& s, const Text& value) {
            std::vector<std::pair<Text, Text>> read;
            for (const Text& one : split_setting(value)) {
                const size_t at = one.find('=');
                if (at == Text::npos || at + 1 == one.size()) {
                    return Status::invalid_argument("expected NAME=FOLDER, got '" + one + "'");
                }
                read.emplace_back(one.substr(0, at), one.substr(at + 1));
                TEMBLOR_RETURN_IF_ERROR(check_model_name(read.back().first));
            }
            if (read.size() > kMostModels) {
                return Status::invalid_argument(
                    fmt::format("expected at most {} models", kMostModels));
            }
            s.models = std::move(read);
            return Status::ok();
        },
        [](const ServerSettings& s) {
            Text joined;
            for (const auto& [name, folder] : s.models)
                joined += fmt::format("{}{}={}", joined.empty() ? "" : ",", name, folder);
            return joined;
        }};
    setting.is_list = true;
    setting.is_table = true;
    return setting;
}

Setting model_dtype() {
    return {"model_dtype",
            "Weights of models as f32, bf16, f16 or int8",
            false,
            true,
            [](ServerSettings& s, const Text& value) {
                TEMBLOR_RETURN_IF_ERROR(parse_precision(value).status());
                s.model_dtype = value;
                return Status::ok();
            },
            [](const ServerSettings& s) { return s.model_dtype; }};
}

std::vector<Setting> make_settings() {
    return {
        text("data", "Folder of the collections", &ServerSettings::data),
        listen(),
        text("api_key", "Key that allows everything", &ServerSettings::api_key, true),
        text("read_only_key", "Key that allows reading", &ServerSettings::read_only_key, true),
        truth("insecure", "Listen to other machines without a key", &ServerSettings::insecure),
        http_text("certificate", "TLS certificates, a PEM file", &HttpServerOptions::certificate),
        http_text("key", "Key of the certificate, a PEM file", &HttpServerOptions::key),
        cors_origins(),
        number("threads", "Threads for searches; 0: all cores", TEMBLOR_HTTP_(threads), 0),
        number("busy_poll_us", "Microseconds a thread polls for requests before it sleeps",
               TEMBLOR_HTTP_(busy_poll_us), 0),
        number("blocking_threads", "Threads for writes", TEMBLOR_HTTP_(blocking_threads)),
        models(),
        model_dtype(),
        text("model_device", "cpu, cuda or cuda:1; empty: TEMBLOR_DEVICE, else cpu",
             &ServerSettings::model_device),
        number(
            "model_cores", "Cores of one encoding; 0: half of them",
            [](ServerSettings & s) -> auto& { return s.model_cores; }, 0),
        number(
            "model_tokens", "Tokens of a text, longer ones are cut; 0: what the model takes",
            [](ServerSettings & s) -> auto& { return s.model_tokens; }, 0),
        number("model_threads", "Searches that wait for models at once",
               TEMBLOR_HTTP_(model_threads)),
        truth("log_json", "The log as JSON lines", &ServerSettings::log_json),
        level(),
        truth("log_requests", "Log every request, not only slow and failed ones",
              &ServerSettings::log_requests),
        millis(
            "slow_query", "Requests that take longer are logged",
            [](ServerSettings & s) -> auto& { return s.slow_query; }),
        number("body_bytes", "Bytes of a body", TEMBLOR_LIMIT_(body_bytes)),
        number("stream_bytes", "Bytes of an uploaded snapshot", TEMBLOR_LIMIT_(stream_bytes)),
        number("header_bytes", "Bytes of a request's line and headers",
               TEMBLOR_LIMIT_(header_bytes), 256),
        number("json_depth", "How deep JSON may be nested", TEMBLOR_LIMIT_(json_depth), 8),
        number("nonzeros", "Entries of a sparse query", TEMBLOR_LIMIT_(nonzeros)),
        number("k", "Hits of a search, points of a page", TEMBLOR_LIMIT_(k)),
        number("batch", "Searches or operations of a request", TEMBLOR_LIMIT_(batch)),
        number("points", "Points or ids of a request", TEMBLOR_LIMIT_(points)),
        number("prefetch_depth", "How deep prefetches may be nested",
               TEMBLOR_LIMIT_(prefetch_depth)),
        number("prefetches", "Prefetches of a query", TEMBLOR_LIMIT_(prefetches)),
        number("connections", "Open connections", TEMBLOR_LIMIT_(connections)),
        number("queue", "Requests that wait for a thread", TEMBLOR_LIMIT_(queue), 0),
        millis("queue_time", "How long they wait, then 503", TEMBLOR_LIMIT_(queue_time)),
        millis("header_time", "For a request's line and headers", TEMBLOR_LIMIT_(header_time)),
        millis("idle_time", "For a connection without a request", TEMBLOR_LIMIT_(idle_time)),
        millis("body_time", "For a body or an answer, besides its rate", TEMBLOR_LIMIT_(body_time)),
        number("body_rate", "Least bytes a second of a body or an answer",
               TEMBLOR_LIMIT_(body_rate)),
        millis("drain_time", "For requests under way at the end", TEMBLOR_LIMIT_(drain_time)),
    };
}

#undef TEMBLOR_LIMIT_
#undef TEMBLOR_HTTP_

}  // namespace

std::string Setting::flag() const {
    Text flag = name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    if (is_list) flag.pop_back();  // the plural's s
    return flag;
}

std::string Setting::environment() const {
    Text variable = "TEMBLOR_" + name;
    std::transform(variable.begin(), variable.end(), variable.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return variable;
}

const std::vector<Setting>& server_settings() {
    static const std::vector<Setting> settings = make_settings();
    return settings;
}

Result<ServerSettings> ServerSettings::load(const Values& flags, const std::string& path) {
    Values file;
    if (!path.empty()) {
        TEMBLOR_ASSIGN_OR_RETURN(file, read_settings_file(path));
    }
    for (const auto& flag : flags) {
        const auto& all = server_settings();
        if (std::none_of(all.begin(), all.end(),
                         [&](const Setting& setting) { return setting.name == flag.first; })) {
            return Status::invalid_argument("unknown setting '" + flag.first + "'");
        }
    }
    ServerSettings settings;
    for (const Setting& setting : server_settings()) {
        const auto set = [&](const Text& value, const Text& source) {
            return setting.set(settings, value).with_context(source);
        };
        const auto in_file = file.find(setting.name);
        const char* variable = std::getenv(setting.environment().c_str());
        if (const auto flag = flags.find(setting.name); flag != flags.end()) {
            TEMBLOR_RETURN_IF_ERROR(set(flag->second, "--" + setting.flag()));
        } else if (variable != nullptr) {
            TEMBLOR_RETURN_IF_ERROR(set(variable, setting.environment()));
        } else if (in_file != file.end()) {
            TEMBLOR_RETURN_IF_ERROR(set(in_file->second, path + ": " + setting.name));
        }
        if (in_file != file.end()) file.erase(in_file);
    }
    if (!file.empty()) {
        return Status::invalid_argument(path + ": unknown setting '" + file.begin()->first + "'");
    }
    return settings;
}

}  // namespace temblor
