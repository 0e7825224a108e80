# Writes OUTPUT, a source file that holds every *.sql of DIRECTORY as a string.
# usage: cmake -D DIRECTORY=... -D OUTPUT=... -P embed_migrations.cmake
file(GLOB files "${DIRECTORY}/[0-9][0-9][0-9][0-9]_*.sql")
list(SORT files)
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  string(REGEX MATCH "^0*([0-9]+)_" ignored "${name}")
  set(version "${CMAKE_MATCH_1}")
  file(READ "${file}" sql)
  string(APPEND rows "    {${version}, \"${name}\", R\"~~~sql~~~(${sql})~~~sql~~~\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "// Made from sql/migrations by cmake/embed_migrations.cmake.
#include \"sql/store/database.h\"

namespace store {
namespace {

constexpr Migration kMigrations[] = {
${rows}};

}  // namespace

std::span<const Migration> embedded_migrations() { return kMigrations; }

}  // namespace store
")
