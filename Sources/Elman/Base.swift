// Errors, limits and bounded reading are everybody's: whoever imports the engine has them too.
@_exported import Base
