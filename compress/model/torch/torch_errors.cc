#include "compress/model/torch/torch_errors.h"

#include <new>

#include <c10/util/Exception.h>
#include <fmt/format.h>

namespace temblor {

Status torch_error(std::string_view what) {
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return Status::resource_exhausted(fmt::format("{}: out of memory", what));
    } catch (const c10::Error& error) {
        const std::string message = error.what_without_backtrace();
        const std::string text = fmt::format("{}: {}", what, message);
        const bool memory = message.find("out of memory") != std::string::npos ||
                            message.find("not enough memory") != std::string::npos;
        return memory ? Status::resource_exhausted(text) : Status::internal(text);
    } catch (const std::exception& error) {
        return Status::internal(fmt::format("{}: {}", what, error.what()));
    } catch (...) {
        return Status::internal(fmt::format("{}: unknown exception", what));
    }
}

}  // namespace temblor
