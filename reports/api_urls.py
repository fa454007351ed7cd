from django.urls import path

from reports import api

urlpatterns = [path("sessions/<uuid:session_id>/", api.session, name="session")]
