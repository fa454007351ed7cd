"""The REST API: who may ask, how often, and how the OpenAPI document describes it."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["tenants.api.authentication.ApiTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "tenants.api.permissions.EditorsWrite",
        "tenants.api.permissions.HasScope",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["tenants.api.parsers.BoundedJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "tenants.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "tenants.api.errors.answer_error",
    "DEFAULT_THROTTLE_CLASSES": ["tenants.api.throttles.ApiTokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": "120/min", "emergency": "120/min"},
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Vivavoce",
    "DESCRIPTION": "Set up shows, run lives, and read what your host hears and says.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVERS": [{"url": "/"}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API token with the scope that is listed with each request.",
            }
        }
    },
    "TAGS": [
        {"name": "root", "description": "Where everything is."},
        {"name": "shows", "description": "The reusable set-up of a live, with its plan and its overlay."},
        {"name": "personas", "description": "Who hosts a show: personality, tone and topics to avoid."},
        {"name": "voices", "description": "How a host sounds, and which voice speaks when that one fails."},
        {"name": "pronunciations", "description": "How words of your own are said."},
        {
            "name": "sessions",
            "description": "Lives: prepare, start, control and end them, and read what happens.",
        },
        {"name": "billing", "description": "What the plan of the workspace allows, and what is left of it."},
    ],
    "POSTPROCESSING_HOOKS": ["tenants.api.schema.finish_document"],
}
